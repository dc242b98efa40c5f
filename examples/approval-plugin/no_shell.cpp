// Denies the tools that run shells, and allows the others.
#include <claif/plugin.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

class NoShell {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object", "additionalProperties": false, "required": ["tools"],
    "properties": {
      "tools": {"description": "Tools to deny", "type": "array", "items": {"type": "string"}}
    }
  })";

  NoShell(claif::sdk::Host, const claif::sdk::Config& config) : tools_(config.strings("tools")) {}

  claif::sdk::Verdict decide(const claif::sdk::ToolCall& call) {
    if (std::find(tools_.begin(), tools_.end(), call.tool()) == tools_.end())
      return claif::sdk::Verdict::allow();
    return claif::sdk::Verdict::deny("shells are off: " + std::string(call.tool()));
  }

 private:
  std::vector<std::string> tools_;
};

}  // namespace

CLAIF_PLUGIN(NoShell, "com.example.no-shell", "1.0.0");
