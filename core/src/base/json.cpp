#include "base/json.hpp"

#include "base/json_source.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <rapidjson/error/en.h>

namespace claif::json {
namespace {

// Whether a text that was decoded from valid UTF-8 has half of a surrogate pair in it: an escape
// like \ud83d alone, which RapidJSON writes as three bytes that no UTF-8 has.
bool has_lone_surrogate(const char* s, size_t n) {
  const std::string_view text(s, n);
  for (size_t at = text.find('\xED'); at != text.npos; at = text.find('\xED', at + 1))
    if (at + 1 < n && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  return false;
}

// Stands between the parser and the handler. Counts nesting: RapidJSON would follow 200 KB of '['
// off the stack. Refuses half characters.
template <class Handler>
class Guard {
 public:
  explicit Guard(Handler& handler) : to_(handler) {}
  bool Null() { return to_.Null(); }
  bool Bool(bool b) { return to_.Bool(b); }
  bool Int(int i) { return to_.Int(i); }
  bool Uint(unsigned i) { return to_.Uint(i); }
  bool Int64(int64_t i) { return to_.Int64(i); }
  bool Uint64(uint64_t i) { return to_.Uint64(i); }
  bool Double(double d) { return to_.Double(d); }
  bool RawNumber(const char* s, unsigned n, bool copy) { return to_.RawNumber(s, n, copy); }
  bool String(const char* s, unsigned n, bool copy) {
    return !(half_ = has_lone_surrogate(s, n)) && to_.String(s, n, copy);
  }
  bool Key(const char* s, unsigned n, bool copy) {
    return !(half_ = has_lone_surrogate(s, n)) && to_.Key(s, n, copy);
  }
  bool StartObject() { return ++depth_ <= limits::kJsonDepth && to_.StartObject(); }
  bool StartArray() { return ++depth_ <= limits::kJsonDepth && to_.StartArray(); }
  bool EndObject(unsigned n) { return --depth_, to_.EndObject(n); }
  bool EndArray(unsigned n) { return --depth_, to_.EndArray(n); }
  bool met_half_character() const { return half_; }

 private:
  Handler& to_;
  bool half_ = false;
  unsigned depth_ = 0;
};

// Length of the UTF-8 sequence at `p` (RFC 3629: no overlong forms, no surrogates), 0 if it is
// none.
size_t sequence_length(const unsigned char* p, size_t left) {
  const auto tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return p[i] >= low && p[i] <= high;
  };
  const unsigned c = p[0];
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return left >= 2 && tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF && left >= 3)
    return tail(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
  if (c >= 0xF0 && c <= 0xF4 && left >= 4)
    return tail(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

bool may_escape_surrogates(std::string_view json) {
  for (size_t at = json.find("\\u"); at != json.npos; at = json.find("\\u", at + 2))
    if (at + 2 < json.size() && (json[at + 2] == 'd' || json[at + 2] == 'D')) return true;
  return false;
}

bool has_utf8_texts(const Value& v) {
  if (v.IsString()) return is_utf8(text(v));
  if (v.IsArray()) return std::all_of(v.Begin(), v.End(), has_utf8_texts);
  return !v.IsObject() || std::all_of(v.MemberBegin(), v.MemberEnd(), [](const auto& member) {
    return has_utf8_texts(member.name) && has_utf8_texts(member.value);
  });
}

}  // namespace

struct Document::Memory {
  explicit Memory(std::string t)
      : text(std::move(t)),
        pool(nodes.data(), nodes.size(), std::clamp<size_t>(text.size(), 4096, 65536)) {}
  std::string text;
  SourceStream::Literals literals;
  alignas(8) std::array<char, 3072> nodes;
  rapidjson::MemoryPoolAllocator<> pool;
};

void Document::Release::operator()(Memory* memory) const {
  delete memory;
}

Document::Document(std::unique_ptr<Memory, Release> memory)
    : memory_(std::move(memory)), doc_(&memory_->pool) {}

size_t Document::size() const {
  return memory_->text.size();
}

std::string_view Document::literal(std::string_view text) const {
  return memory_->literals.of(text);
}

bool is_utf8(std::string_view s) {
  const auto* p = reinterpret_cast<const unsigned char*>(s.data());
  size_t left = s.size();
  while (left > 0) {
    while (left >= 32) {  // plain ASCII, 32 bytes at a time
      uint64_t w[4];
      std::memcpy(w, p, sizeof w);
      if (((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u) != 0) break;
      p += sizeof w;
      left -= sizeof w;
    }
    const size_t block_end = left >= 32 ? left - 32 : 0;
    while (left > block_end) {
      const size_t n = sequence_length(p, left);
      if (n == 0) return false;
      p += n;
      left -= n;
    }
  }
  return true;
}

bool has_whole_characters(const Value& v, std::string_view source) {
  return !may_escape_surrogates(source) || has_utf8_texts(v);
}

bool is_within(const Value& v, unsigned levels) {
  if (!v.IsObject() && !v.IsArray()) return true;
  if (levels == 0) return false;
  const auto fits = [&](const Value& inner) { return is_within(inner, levels - 1); };
  if (v.IsArray()) return std::all_of(v.Begin(), v.End(), fits);
  return std::all_of(v.MemberBegin(), v.MemberEnd(),
                     [&](const auto& member) { return fits(member.value); });
}

namespace {

// Why a reader stopped at `offset` of a text of `size` bytes; nothing when it read all of it.
Result<void> reading_error(const rapidjson::Reader& reader,
                           bool half_character,
                           size_t offset,
                           size_t size) {
  if (reader.HasParseError()) {
    const auto at = std::to_string(reader.GetErrorOffset());
    if (half_character)
      return fail(Errc::invalid_request,
                  "the JSON escapes half a character (a lone surrogate) before byte " + at);
    if (reader.GetParseErrorCode() == rapidjson::kParseErrorTermination)
      return fail(Errc::invalid_request, "the JSON nests deeper than " +
                                             std::to_string(limits::kJsonDepth) +
                                             " levels at byte " + at);
    return fail(Errc::invalid_request, "not JSON at byte " + at + ": " +
                                           rapidjson::GetParseError_En(reader.GetParseErrorCode()));
  }
  // RapidJSON takes a zero byte for the end, and does not look at what follows it.
  if (offset != size)
    return fail(Errc::invalid_request,
                "not JSON at byte " + std::to_string(offset) + ": a zero byte");
  return {};
}

}  // namespace

Result<Document> parse(std::string text) {
  if (!is_utf8(text)) return fail(Errc::invalid_request, "the text is not valid UTF-8");
  const size_t size = text.size();
  Document out(
      std::unique_ptr<Document::Memory, Document::Release>(new Document::Memory(std::move(text))));
  SourceStream stream(out.memory_->text, out.memory_->literals);
  rapidjson::Reader reader;
  bool half_character = false;
  const auto generate = [&](rapidjson::Document& doc) {
    Guard<rapidjson::Document> guard(doc);
    const bool good = !reader.Parse<rapidjson::kParseInsituFlag>(stream, guard).IsError();
    half_character = guard.met_half_character();
    return good;
  };
  out.doc_.Populate(generate);
  CLAIF_CHECK(reading_error(reader, half_character, stream.Tell(), size));
  return out;
}

Result<void> check(const std::string& text) {
  if (!is_utf8(text)) return fail(Errc::invalid_request, "the text is not valid UTF-8");
  rapidjson::StringStream stream(text.c_str());
  rapidjson::Reader reader;
  rapidjson::BaseReaderHandler<> nothing;
  Guard<rapidjson::BaseReaderHandler<>> guard(nothing);
  reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, guard);
  return reading_error(reader, guard.met_half_character(), stream.Tell(), text.size());
}

std::optional<std::string> compact(std::string_view text) {
  if (!is_utf8(text)) return std::nullopt;
  std::string copy(text);
  rapidjson::InsituStringStream stream(copy.data());
  rapidjson::Reader reader;
  Writer out(text.size());
  Guard<Writer> guard(out);
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
  if (reader.Parse<kFlags>(stream, guard).IsError() || stream.Tell() != text.size())
    return std::nullopt;
  return out.take();
}

std::string dump(const Value& v) {
  Writer out;
  out.value(v);
  return out.take();
}

std::string quote(std::string_view s) {
  Writer out(s.size() + 16);
  out.string(s);
  return out.take();
}

}  // namespace claif::json
