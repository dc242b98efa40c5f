// JSON, by RapidJSON, with the guards that it lacks: nesting is bounded, text is valid UTF-8,
// access is checked. A Document never leaves the function that parsed it; what goes on is text or a
// typed value.
#pragma once

#if defined(__SSE4_2__)
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
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace claif::json {

using Value = rapidjson::Value;

// A parsed text and the text itself, which it points into. Movable.
class Document {
 public:
  const Value& root() const { return doc_; }
  const Value* operator->() const { return &doc_; }

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

bool is_utf8(std::string_view text);

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

// Compact text of a value.
std::string dump(const Value& v);
// A JSON string literal, quotes included.
std::string quote(std::string_view s);

// Builds text in order. Keys and values must alternate as JSON wants it; nothing checks that.
class Writer {
 public:
  explicit Writer(size_t reserve = 512) : buffer_(nullptr, reserve), out_(buffer_) {}
  Writer& object() {
    out_.StartObject();
    return *this;
  }
  Writer& end_object() {
    out_.EndObject();
    return *this;
  }
  Writer& array() {
    out_.StartArray();
    return *this;
  }
  Writer& end_array() {
    out_.EndArray();
    return *this;
  }
  Writer& key(std::string_view k) {
    out_.Key(k.data(), size(k));
    return *this;
  }
  Writer& string(std::string_view s) {
    out_.String(s.empty() ? "" : s.data(), size(s));
    return *this;
  }
  Writer& integer(int64_t n) {
    out_.Int64(n);
    return *this;
  }
  Writer& number(double n) {
    out_.Double(n);
    return *this;
  }
  Writer& boolean(bool b) {
    out_.Bool(b);
    return *this;
  }
  Writer& null() {
    out_.Null();
    return *this;
  }
  Writer& value(const Value& v) {
    v.Accept(out_);
    return *this;
  }
  Writer& raw(std::string_view json) {
    out_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
  }
  std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  std::string take() const { return std::string(view()); }
  void clear() {
    buffer_.Clear();
    out_.Reset(buffer_);
  }

 private:
  static rapidjson::SizeType size(std::string_view s) {
    return static_cast<rapidjson::SizeType>(s.size());
  }
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> out_;
};

}  // namespace claif::json
