// The input stream that a JSON text is parsed from: strings are read 16 bytes at a time, and the
// text stays as it was written, so that a long string can be copied on without being escaped again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::json {

// An input stream in RapidJSON's terms, for parsing with kParseInsituFlag. A string without escapes
// is used where it stands; one with escapes is decoded beside the text. RapidJSON reads what is
// left of a string, from its first \u escape or its first mistake on, so errors are its own.
// Not thread-safe. The text must outlive it, and has a zero byte written over the quotes that end
// its strings.
class SourceStream {
 public:
  using Ch = char;

  // What lies behind a decoded string, for strings of kLong bytes and more.
  class Literals {
   public:
    static constexpr size_t kLong = 64;
    // The text between the quotes of the string that was decoded to `text`, or empty when `text` is
    // not a whole long string of the source.
    std::string_view of(std::string_view text) const;

   private:
    friend class SourceStream;
    struct Entry {
      const char* written;
      size_t written_size, size;
    };
    bool is_decoded(const char* p) const;
    const char* source_ = nullptr;
    size_t source_size_ = 0;
    std::unique_ptr<char[]> decoded_;  // what stands at x in the source is decoded to x in here
    std::vector<Entry> entries_;       // ordered by `written`
  };

  SourceStream(std::string& text, Literals& literals);

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  char Peek() const { return *at_; }
  char Take() { return *at_++; }
  size_t Tell() const { return static_cast<size_t>(at_ - begin_); }
  char* PutBegin();
  void Put(char c) { *to_++ = c; }
  size_t PutEnd(const char* head);
  // NOLINTEND(readability-identifier-naming)

 private:
  char* decode(char* from);

  char *begin_, *end_, *at_;
  char* to_ = nullptr;     // where Put writes
  char* start_ = nullptr;  // of the string that is being read
  Literals& literals_;
};

}  // namespace claif::json
