// JSON, by RapidJSON, with the guards that it lacks: nesting is bounded, text is valid UTF-8,
// access is checked. A Document stays with the translation of what it was parsed from; what goes on
// is text or a typed value.
#pragma once

// Its SIMD reads whole aligned blocks, so beyond the end of a text: harmless, but no sanitizer
// knows.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CLAIF_JSON_BY_BYTE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CLAIF_JSON_BY_BYTE 1
#endif
#endif
#if defined(CLAIF_JSON_BY_BYTE)
#elif defined(__SSE4_2__)
#define RAPIDJSON_SSE42
#elif defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <claif/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

namespace claif::json {

using Value = rapidjson::Value;

// A parsed text and the text itself, which it points into. Movable.
class Document {
 public:
  const Value& root() const { return doc_; }
  const Value* operator->() const { return &doc_; }
  size_t size() const;  // bytes of the text
  // How a long string of this document, `text`, was written between its quotes; empty when `text`
  // is none, or a part of one.
  std::string_view literal(std::string_view text) const;

 private:
  friend Result<Document> parse(std::string text);
  // The text and the first nodes in one allocation; RapidJSON's own default of 64 KiB for each
  // document costs more than parsing a short one.
  struct Memory;
  struct Release {
    void operator()(Memory* memory) const;
  };
  explicit Document(std::unique_ptr<Memory, Release> memory);
  std::unique_ptr<Memory, Release> memory_;
  rapidjson::Document doc_;
};

// invalid_request with the reason and the offset when `text` is not JSON, nests deeper than
// limits::kJsonDepth or is not UTF-8.
Result<Document> parse(std::string text);

// The errors of parse(), for a text of which no document is needed.
Result<void> check(const std::string& text);

bool is_utf8(std::string_view text);
// Whether the texts in `v`, which was parsed from the UTF-8 text `source`, are UTF-8 too: RapidJSON
// takes an escape such as \udc00, which is half a character.
bool has_whole_characters(const Value& v, std::string_view source);
// Whether `v` has at most `levels` objects and lists inside each other.
bool is_within(const Value& v, unsigned levels);

inline std::string_view text(const Value& v) {
  return {v.GetString(), v.GetStringLength()};
}  // v.IsString()
inline Value::StringRefType ref(std::string_view s) {
  return {s.empty() ? "" : s.data(), static_cast<rapidjson::SizeType>(s.size())};
}

// The member, or null when `object` is no object, lacks it, or has null there.
inline const Value* find(const Value& object, std::string_view key) {
  if (!object.IsObject()) return nullptr;
  for (auto it = object.MemberBegin(); it != object.MemberEnd(); ++it)
    if (text(it->name) == key) return it->value.IsNull() ? nullptr : &it->value;
  return nullptr;
}
inline std::string_view string_or(const Value& object,
                                  std::string_view key,
                                  std::string_view fallback = {}) {
  const Value* v = find(object, key);
  return v != nullptr && v->IsString() ? text(*v) : fallback;
}
inline int64_t integer_or(const Value& object, std::string_view key, int64_t fallback = 0) {
  const Value* v = find(object, key);
  return v != nullptr && v->IsInt64() ? v->GetInt64() : fallback;
}

// The same JSON without white space, its numbers as they are written; nothing when `text` is not
// JSON or nests too deep.
std::optional<std::string> compact(std::string_view text);
// Compact text of a value.
std::string dump(const Value& v);
// A JSON string literal, quotes included.
std::string quote(std::string_view s);

// Builds compact text in order. Keys and values must alternate as JSON wants it; nothing checks
// that. It is also a handler for Value::Accept. (RapidJSON's own Writer scans each key for escapes
// and moves each byte through a stream; both showed in the profile of a short answer.)
class Writer {
 public:
  explicit Writer(size_t reserve = 512) { out_.reserve(reserve); }
  // Copies the long strings of `source` as they are written there, in place of escaping them again.
  Writer(size_t reserve, const Document& source) : Writer(reserve) { source_ = &source; }
  Writer& object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& array() { return open('['); }
  Writer& end_array() { return close(']'); }
  // `k` needs no escaping.
  Writer& key(std::string_view k) {
    separate();
    out_ += '"';
    out_.append(k).append("\":");
    fresh_ = true;
    return *this;
  }
  Writer& any_key(std::string_view k);  // `k` may hold anything
  Writer& string(std::string_view s);
  Writer& integer(int64_t n);
  Writer& number(double n);
  Writer& boolean(bool b) { return raw(b ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  Writer& value(const Value& v) {
    v.Accept(*this);
    return *this;
  }
  Writer& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  std::string_view view() const { return out_; }
  std::string take() { return std::move(out_); }
  void clear() {
    out_.clear();
    fresh_ = true;
  }

  // The handler's side.
  bool Null() { return null(), true; }
  bool Bool(bool b) { return boolean(b), true; }
  bool Int(int n) { return integer(n), true; }
  bool Uint(unsigned n) { return integer(n), true; }
  bool Int64(int64_t n) { return integer(n), true; }
  bool Uint64(uint64_t n);
  bool Double(double n) { return number(n), true; }
  bool RawNumber(const char* s, unsigned n, bool) { return raw({s, n}), true; }
  bool String(const char* s, unsigned n, bool) { return string({s, n}), true; }
  bool StartObject() { return object(), true; }
  bool Key(const char* s, unsigned n, bool) { return any_key({s, n}), true; }
  bool EndObject(unsigned) { return end_object(), true; }
  bool StartArray() { return array(), true; }
  bool EndArray(unsigned) { return end_array(), true; }

 private:
  void separate() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }
  Writer& open(char bracket) {
    separate();
    out_ += bracket;
    fresh_ = true;
    return *this;
  }
  Writer& close(char bracket) {
    out_ += bracket;
    fresh_ = false;
    return *this;
  }

  std::string out_;
  const Document* source_ = nullptr;
  bool fresh_ = true;  // no comma before what comes next
};

}  // namespace claif::json
