#include <claif/plugin.hpp>
#include <claif/sdk/approval_text.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

namespace {

using namespace claif;

class Threshold {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["max_risk"],
    "properties": {
      "max_risk": {
        "description": "The highest risk that may run",
        "type": "number", "minimum": 0, "maximum": 10
      },
      "risk": {
        "description": "The risk of each tool, 0 (harmless) to 10",
        "type": "object",
        "additionalProperties": {"type": "number", "minimum": 0, "maximum": 10}
      },
      "default_risk": {
        "description": "The risk of a tool that 'risk' does not name; without it such a tool is denied",
        "type": "number", "minimum": 0, "maximum": 10
      }
    }
  })";

  Threshold(sdk::Host, const sdk::Config& config) : max_(config.number("max_risk", 0)) {
    if (config.has("default_risk")) default_ = config.number("default_risk", 10);
    const auto risks = config.object("risk");
    if (!risks) return;
    rapidjson::Document doc;
    doc.Parse(risks->data(), risks->size());
    for (const auto& member : doc.GetObject()) {
      const std::string name(member.name.GetString(), member.name.GetStringLength());
      const double risk = member.value.GetDouble();
      if (!exact_.emplace(name, risk).second)
        throw sdk::Error("'risk' names '" + name + "' twice", CLAIF_E_ARG);
      double& alike = alike_[sdk::fold_name(name)];
      alike = std::max(alike, risk);
    }
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    const std::string name(call.tool());
    const std::optional<double> risk = risk_of(name);
    if (!risk) return sdk::Verdict::deny("the risk of '" + name + "' is not declared");
    const auto score = static_cast<int32_t>(std::ceil(*risk));
    if (*risk <= max_) return sdk::Verdict::allow().with_risk(score);
    return sdk::Verdict::deny("the risk of '" + name + "' is over the threshold").with_risk(score);
  }

 private:
  // A name that only looks like a listed one is no less risky than it (G5).
  std::optional<double> risk_of(const std::string& name) const {
    if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
    if (!default_) return std::nullopt;
    const auto alike = alike_.find(sdk::fold_name(name));
    return alike == alike_.end() ? default_ : std::max(*default_, alike->second);
  }

  double max_;
  std::optional<double> default_;
  std::map<std::string, double, std::less<>> exact_, alike_;
};

}  // namespace

CLAIF_PLUGIN(Threshold, "claif.approval.threshold", "0.1.0");
