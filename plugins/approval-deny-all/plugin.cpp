#include <claif/plugin.hpp>

#include <string>

namespace {

using namespace claif;

class DenyAll {
 public:
  static constexpr const char* kConfigSchema = R"({"type":"object","additionalProperties":false})";

  sdk::Verdict decide(const sdk::ToolCall& call) {
    return sdk::Verdict::deny("deny-all denies every tool, also '" + std::string(call.tool()) +
                              "'");
  }
};

}  // namespace

CLAIF_PLUGIN(DenyAll, "claif.approval.deny-all", "0.1.0");
