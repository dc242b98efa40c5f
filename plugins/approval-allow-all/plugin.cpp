#include <claif/plugin.hpp>

namespace {

using namespace claif;

class AllowAll {
 public:
  static constexpr const char* kConfigSchema = R"({"type":"object","additionalProperties":false})";

  sdk::Verdict decide(const sdk::ToolCall&) {
    return sdk::Verdict::allow("allow-all allows every tool");
  }
};

}  // namespace

CLAIF_PLUGIN(AllowAll, "claif.approval.allow-all", "0.1.0");
