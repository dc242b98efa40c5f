// A plugin's configuration: one JSON object, already checked against the plugin's schema by the
// host.
#pragma once

#include <claif/sdk/text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace claif::sdk {

// Read-only. A wrong type or a missing key without a default throws Error with CLAIF_E_ARG and the
// key's name. Thread-safe once made.
class Config {
 public:
  explicit Config(std::string_view json) {
    doc_.Parse<rapidjson::kParseIterativeFlag>(json.empty() ? "{}" : json.data(),
                                               json.empty() ? 2 : json.size());
    if (doc_.HasParseError())
      throw Error(std::string("configuration is not JSON: ") +
                      rapidjson::GetParseError_En(doc_.GetParseError()),
                  CLAIF_E_ARG);
    if (!doc_.IsObject()) throw Error("configuration must be a JSON object", CLAIF_E_ARG);
  }

  bool has(const char* key) const { return find(key) != nullptr; }

  std::string string(const char* key) const { return required(key, optional_string(key)); }
  std::string string(const char* key, std::string fallback) const {
    return optional_string(key).value_or(std::move(fallback));
  }
  int64_t integer(const char* key) const { return required(key, optional_integer(key)); }
  int64_t integer(const char* key, int64_t fallback) const {
    return optional_integer(key).value_or(fallback);
  }
  double number(const char* key, double fallback) const {
    const auto* v = find(key);
    if (v == nullptr) return fallback;
    if (!v->IsNumber()) wrong(key, "a number");
    return v->GetDouble();
  }
  bool boolean(const char* key, bool fallback) const {
    const auto* v = find(key);
    if (v == nullptr) return fallback;
    if (!v->IsBool()) wrong(key, "true or false");
    return v->GetBool();
  }
  std::vector<std::string> strings(const char* key) const {
    std::vector<std::string> out;
    const auto* v = find(key);
    if (v == nullptr) return out;
    if (!v->IsArray()) wrong(key, "a list of strings");
    for (const auto& item : v->GetArray()) {
      if (!item.IsString()) wrong(key, "a list of strings");
      out.emplace_back(item.GetString(), item.GetStringLength());
    }
    return out;
  }
  // Each member of a list as its own JSON text.
  std::vector<std::string> items(const char* key) const {
    std::vector<std::string> out;
    const auto* v = find(key);
    if (v == nullptr) return out;
    if (!v->IsArray()) wrong(key, "a list");
    for (const auto& item : v->GetArray())
      out.push_back(text(item));
    return out;
  }
  // An object as its own JSON text.
  std::optional<std::string> object(const char* key) const {
    const auto* v = find(key);
    if (v == nullptr) return std::nullopt;
    if (!v->IsObject()) wrong(key, "an object");
    return text(*v);
  }
  // An object whose values are strings, in the order written.
  std::vector<std::pair<std::string, std::string>> string_map(const char* key) const {
    std::vector<std::pair<std::string, std::string>> out;
    const auto* v = find(key);
    if (v == nullptr) return out;
    if (!v->IsObject()) wrong(key, "an object of strings");
    for (const auto& member : v->GetObject()) {
      if (!member.value.IsString()) wrong(key, "an object of strings");
      out.emplace_back(std::string(member.name.GetString(), member.name.GetStringLength()),
                       std::string(member.value.GetString(), member.value.GetStringLength()));
    }
    return out;
  }
  // A byte count: a number, or a string such as "64MiB" (KiB, MiB, GiB).
  uint64_t bytes(const char* key, uint64_t fallback) const {
    const auto* v = find(key);
    if (v == nullptr) return fallback;
    if (v->IsUint64()) return v->GetUint64();
    return scaled(key, {{"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"B", 1}},
                  "a size such as \"64MiB\"");
  }
  // Milliseconds: a number, or a string such as "500ms", "30s", "5m", "1h".
  uint64_t duration_ms(const char* key, uint64_t fallback) const {
    const auto* v = find(key);
    if (v == nullptr) return fallback;
    if (v->IsUint64()) return v->GetUint64();
    return scaled(key, {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}},
                  "a duration such as \"30s\"");
  }

 private:
  struct Unit {
    std::string_view name;
    uint64_t factor;
  };

  const rapidjson::Value* find(const char* key) const {
    const auto it = doc_.FindMember(key);
    return it == doc_.MemberEnd() || it->value.IsNull() ? nullptr : &it->value;
  }
  [[noreturn]] static void wrong(const char* key, const char* what) {
    throw Error(std::string("'") + key + "' must be " + what, CLAIF_E_ARG);
  }
  template <class T>
  static T required(const char* key, std::optional<T> value) {
    if (!value) throw Error(std::string("'") + key + "' is missing", CLAIF_E_ARG);
    return std::move(*value);
  }
  std::optional<std::string> optional_string(const char* key) const {
    const auto* v = find(key);
    if (v == nullptr) return std::nullopt;
    if (!v->IsString()) wrong(key, "a string");
    return std::string(v->GetString(), v->GetStringLength());
  }
  std::optional<int64_t> optional_integer(const char* key) const {
    const auto* v = find(key);
    if (v == nullptr) return std::nullopt;
    if (!v->IsInt64()) wrong(key, "an integer");
    return v->GetInt64();
  }
  uint64_t scaled(const char* key, std::initializer_list<Unit> units, const char* what) const {
    const std::string text = string(key);
    size_t used = 0;
    uint64_t n = 0;
    while (used < text.size() && text[used] >= '0' && text[used] <= '9' && n < (1ull << 40))
      n = n * 10 + static_cast<uint64_t>(text[used++] - '0');
    for (const Unit& unit : units)
      if (used > 0 && std::string_view(text).substr(used) == unit.name) return n * unit.factor;
    wrong(key, what);
  }
  static std::string text(const rapidjson::Value& v) {
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> writer(out);
    v.Accept(writer);
    return {out.GetString(), out.GetSize()};
  }

  rapidjson::Document doc_;
};

}  // namespace claif::sdk
