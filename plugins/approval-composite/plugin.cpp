#include "round.hpp"

#include <claif/plugin.hpp>

#include <memory>
#include <string>
#include <utility>

namespace {

using namespace claif;
using approval_composite::Mode;
using approval_composite::Panel;
using approval_composite::Round;

constexpr unsigned kMostNested = 16;

Mode mode_of(const std::string& name) {
  if (name == "all") return Mode::all;
  if (name == "any") return Mode::any;
  return name == "majority" ? Mode::majority : Mode::veto;
}

// How many composites are inside each other in `spec`, a spec or its configuration.
unsigned nested(const rapidjson::Value& spec, unsigned limit) {
  if (limit == 0) return 0;
  const auto config = spec.FindMember("config");
  if (config == spec.MemberEnd() || !config->value.IsObject()) return 0;
  const auto children = config->value.FindMember("strategies");
  if (children == config->value.MemberEnd() || !children->value.IsArray()) return 0;
  unsigned deepest = 0;
  for (const auto& child : children->value.GetArray())
    if (child.IsObject()) deepest = std::max(deepest, nested(child, limit - 1));
  return deepest + 1;
}

class Composite {
 public:
  static constexpr bool kBlocking = true;  // its children may be
  static constexpr const char* kNeeds[] = {CLAIF_PLUGINS_ID, CLAIF_CLOCK_ID, CLAIF_EXECUTOR_ID,
                                           nullptr};
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["mode", "strategies"],
    "properties": {
      "mode": {
        "description": "all: every strategy allows; any: at least one; majority: more than half; veto: at least one, and none denies",
        "type": "string", "enum": ["all", "any", "majority", "veto"]
      },
      "strategies": {
        "description": "The strategies, cheap ones first; none denies every call",
        "type": "array", "maxItems": 64,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": ["use"],
          "properties": {
            "use": {"description": "an approval plugin", "type": "string", "minLength": 1},
            "config": {"description": "its configuration", "type": "object"},
            "veto": {"description": "true: its deny decides", "type": "boolean"},
            "on_error": {
              "description": "deny: when it cannot decide, the whole denies; abstain: it has no vote",
              "type": "string", "enum": ["deny", "abstain"]
            }
          }
        }
      }
    }
  })";

  Composite(sdk::Host host, const sdk::Config& config)
      : panel_{host, mode_of(config.string("mode")), {}, {}} {
    for (const std::string& item : config.items("strategies"))
      add(host, item);
  }

  void decide(const sdk::ToolCall& call, sdk::PendingVerdict later) {
    std::make_shared<Round>(panel_, call, std::move(later))->run();
  }

 private:
  void add(const sdk::Host& host, const std::string& item) {
    rapidjson::Document spec;
    spec.Parse<rapidjson::kParseIterativeFlag>(item.data(), item.size());
    if (nested(spec, kMostNested) >= kMostNested)
      throw sdk::Error("composites are nested more than 16 deep", CLAIF_E_ARG);
    const sdk::Config entry(item);
    const std::string use = entry.string("use");
    const std::string child_spec =
        R"({"use":)" + quoted(use) + R"(,"config":)" + entry.object("config").value_or("{}") + "}";
    claif_child child{};
    child.size = sizeof child;
    claif_error error = sdk::make_error(CLAIF_OK, {});
    const auto* plugins = host.service<claif_plugins_v1>(CLAIF_PLUGINS_ID);
    const claif_status status = plugins->create(host.raw(), sdk::str(CLAIF_APPROVAL_ID),
                                                sdk::str(child_spec), &child, &error);
    if (status != CLAIF_OK || child.iface == nullptr)
      throw sdk::Error("the strategy '" + use + "': " + std::string(error.text, error.length),
                       CLAIF_E_ARG);
    panel_.children.push_back(
        {use, static_cast<const claif_approval_v1*>(child.iface), child.self});
    panel_.voters.push_back(
        {entry.boolean("veto", false), entry.string("on_error", "deny") == "abstain"});
  }

  static std::string quoted(const std::string& text) {
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> writer(out);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {out.GetString(), out.GetSize()};
  }

  Panel panel_;
};

}  // namespace

CLAIF_PLUGIN(Composite, "claif.approval.composite", "0.1.0");
