#include <claif/plugin.hpp>
#include <claif/sdk/approval_arguments.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace claif;
using Value = rapidjson::Value;

std::string_view text(const Value& v) {
  return {v.GetString(), v.GetStringLength()};
}

const Value* member(const Value& object, const char* key) {
  const auto at = object.FindMember(key);
  return at == object.MemberEnd() ? nullptr : &at->value;
}

// -1, 0, 1 as a is less than, equal to or greater than b. Integers are compared as such: as doubles
// 2^53 + 1 would be 2^53.
int compare(const Value& a, const Value& b) {
  const auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.IsInt64() && b.IsInt64()) return order(a.GetInt64(), b.GetInt64());
  if (a.IsUint64() && b.IsUint64()) return order(a.GetUint64(), b.GetUint64());
  if (a.IsUint64() && b.IsInt64()) return 1;  // one above, the other not: see the line before
  if (a.IsInt64() && b.IsUint64()) return -1;
  return order(a.GetDouble(), b.GetDouble());
}

bool same(const Value& a, const Value& b) {
  return a.IsNumber() && b.IsNumber() ? compare(a, b) == 0 : a == b;
}

class Conditional {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["conditions"],
    "properties": {
      "tools": {
        "description": "The tools that the conditions are for, byte for byte; without it all",
        "type": "array",
        "items": {"type": "string"}
      },
      "conditions": {
        "description": "What each argument must be, by its name",
        "type": "object",
        "additionalProperties": {
          "type": "object",
          "additionalProperties": false,
          "minProperties": 1,
          "properties": {
            "min": {"description": "a number at least this", "type": "number"},
            "max": {"description": "a number at most this", "type": "number"},
            "allowed": {"description": "one of these values", "type": "array", "minItems": 1},
            "required": {
              "description": "false: the call may do without the argument; true is the default",
              "type": "boolean"
            }
          }
        }
      }
    }
  })";

  Conditional(sdk::Host, const sdk::Config& config) : tools_(config.strings("tools")) {
    all_tools_ = !config.has("tools");
    const std::string json = config.object("conditions").value_or("{}");
    conditions_.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    for (const auto& [name, rule] : conditions_.GetObject()) {
      const Value* min = member(rule, "min");
      const Value* max = member(rule, "max");
      if (min != nullptr && max != nullptr && compare(*min, *max) > 0)
        throw sdk::Error("the condition of '" + std::string(text(name)) + "' has min over max",
                         CLAIF_E_ARG);
    }
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (!all_tools_ && std::find(tools_.begin(), tools_.end(), call.tool()) == tools_.end())
      return sdk::Verdict::abstain();
    if (conditions_.ObjectEmpty()) return sdk::Verdict::deny("no condition is configured");
    return sdk::judged([&] {
      const sdk::Arguments arguments(call);
      for (const auto& [name, rule] : conditions_.GetObject())
        if (std::string why = defect(arguments.find(text(name)), rule); !why.empty())
          return sdk::Verdict::deny("the argument '" + std::string(text(name)) + "' " + why);
      return sdk::Verdict::allow();
    });
  }

 private:
  static std::string defect(const Value* v, const Value& rule) {
    if (v == nullptr) {
      const Value* required = member(rule, "required");
      return required != nullptr && required->IsFalse() ? "" : "is missing";
    }
    const Value* min = member(rule, "min");
    const Value* max = member(rule, "max");
    if ((min != nullptr || max != nullptr) && !v->IsNumber()) return "is no number";
    if (min != nullptr && compare(*v, *min) < 0) return "is too small";
    if (max != nullptr && compare(*v, *max) > 0) return "is too large";
    if (const Value* allowed = member(rule, "allowed"); allowed != nullptr)
      if (std::none_of(allowed->Begin(), allowed->End(),
                       [&](const Value& each) { return same(*v, each); }))
        return "is not one of the allowed values";
    return {};
  }

  std::vector<std::string> tools_;
  bool all_tools_ = true;
  rapidjson::Document conditions_;  // read only, once made
};

}  // namespace

CLAIF_PLUGIN(Conditional, "claif.approval.conditional", "0.1.0");
