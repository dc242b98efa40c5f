#include <claif/plugin.hpp>
#include <claif/sdk/approval_text.hpp>

#include <string>
#include <unordered_set>

namespace {

using namespace claif;

class DenyList {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["tools"],
    "properties": {
      "tools": {
        "description": "Names of the tools that may not run, without case, width and separators",
        "type": "array",
        "items": {"type": "string", "minLength": 1}
      }
    }
  })";

  DenyList(sdk::Host, const sdk::Config& config) {
    for (const std::string& name : config.strings("tools")) {
      std::string folded = sdk::fold_name(name);
      if (folded.empty())
        throw sdk::Error("'tools' has '" + name + "', which names no tool", CLAIF_E_ARG);
      tools_.insert(std::move(folded));
    }
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (tools_.contains(sdk::fold_name(call.tool())))
      return sdk::Verdict::deny("'" + std::string(call.tool()) + "' is on the deny list");
    return sdk::Verdict::allow();
  }

 private:
  std::unordered_set<std::string> tools_;  // folded
};

}  // namespace

CLAIF_PLUGIN(DenyList, "claif.approval.deny-list", "0.1.0");
