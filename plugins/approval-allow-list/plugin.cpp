#include <claif/plugin.hpp>

#include <string>
#include <unordered_set>

namespace {

using namespace claif;

struct Hash : std::hash<std::string_view> {
  using is_transparent = void;
};

// Denies, and does not abstain, so that no default of the host can let an unlisted tool through.
class AllowList {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["tools"],
    "properties": {
      "tools": {
        "description": "Names of the tools that may run, byte for byte; an empty list denies all",
        "type": "array",
        "items": {"type": "string"}
      }
    }
  })";

  AllowList(sdk::Host, const sdk::Config& config) {
    for (std::string& name : config.strings("tools"))
      tools_.insert(std::move(name));
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (tools_.contains(call.tool())) return sdk::Verdict::allow();
    return sdk::Verdict::deny("'" + std::string(call.tool()) + "' is not on the allow list");
  }

 private:
  std::unordered_set<std::string, Hash, std::equal_to<>> tools_;
};

}  // namespace

CLAIF_PLUGIN(AllowList, "claif.approval.allow-list", "0.1.0");
