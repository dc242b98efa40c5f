// The arguments of a tool call as a strategy reads them. The host has refused by then what is not
// one strict JSON object: too large or deep, a key twice, half a character (G3).
#pragma once

#include <claif/sdk/approval.hpp>

#include <string>
#include <string_view>

#include <rapidjson/document.h>

namespace claif::sdk {

// Throws Error, which denies, where something is not as the strategy needs it.
class Arguments {
 public:
  explicit Arguments(const ToolCall& call) {
    const std::string_view json = call.args_json();
    doc_.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    if (doc_.HasParseError() || !doc_.IsObject())
      throw Error("the arguments are no JSON object", CLAIF_E_ARG);
  }

  const rapidjson::Value& root() const { return doc_; }
  const rapidjson::Value* find(std::string_view name) const {
    const auto at = doc_.FindMember(
        rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    return at == doc_.MemberEnd() ? nullptr : &at->value;
  }
  // The text of the argument, which must be there.
  std::string_view text(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr)
      throw Error("the argument '" + std::string(name) + "' is missing", CLAIF_E_ARG);
    if (!v->IsString())
      throw Error("the argument '" + std::string(name) + "' must be a string", CLAIF_E_ARG);
    return {v->GetString(), v->GetStringLength()};
  }

 private:
  rapidjson::Document doc_;
};

// The verdict of `judge`, or a deny with the text of the Error about the call (CLAIF_E_ARG) that it
// threw. Any other exception passes: it is the strategy's own fault, and counts as such.
template <class Judge>
Verdict judged(Judge&& judge) {
  try {
    return std::forward<Judge>(judge)();
  } catch (const Error& error) {
    if (error.code() != CLAIF_E_ARG) throw;
    return Verdict::deny(error.what());
  }
}

}  // namespace claif::sdk
