#include <claif/plugin.hpp>
#include <claif/sdk/approval_text.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <re2/re2.h>

namespace {

using namespace claif;

constexpr int64_t kPatternMemory = 1 << 20;  // of each: a pattern that needs more is refused

class Pattern {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["patterns", "mode"],
    "properties": {
      "patterns": {
        "description": "RE2 expressions; each must match the whole name of a tool",
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "minLength": 1}
      },
      "mode": {
        "description": "allow: names that match may run, the others may not; deny: the reverse",
        "type": "string",
        "enum": ["allow", "deny"]
      }
    }
  })";

  Pattern(sdk::Host, const sdk::Config& config) : denies_(config.string("mode") == "deny") {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    options.set_case_sensitive(!denies_);
    for (const std::string& text : config.strings("patterns")) {
      auto pattern = std::make_unique<RE2>(text, options);
      if (!pattern->ok())
        throw sdk::Error("the pattern '" + text + "' is refused: " + pattern->error(), CLAIF_E_ARG);
      patterns_.push_back(std::move(pattern));
    }
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    const std::string name(call.tool());
    const RE2* hit = match(name);
    if (hit == nullptr && denies_) {  // G6: also as a reader would say it
      std::string folded = sdk::fold(name);
      std::replace(folded.begin(), folded.end(), '-', '_');
      hit = match(folded);
    }
    if ((hit != nullptr) != denies_) return sdk::Verdict::allow();
    if (hit == nullptr) return sdk::Verdict::deny("'" + name + "' matches no allowed pattern");
    return sdk::Verdict::deny("'" + name + "' matches the denied pattern '" + hit->pattern() + "'");
  }

 private:
  const RE2* match(const std::string& name) const {
    for (const auto& pattern : patterns_)
      if (RE2::FullMatch(name, *pattern)) return pattern.get();
    return nullptr;
  }

  bool denies_;
  std::vector<std::unique_ptr<RE2>> patterns_;
};

}  // namespace

CLAIF_PLUGIN(Pattern, "claif.approval.pattern", "0.1.0");
