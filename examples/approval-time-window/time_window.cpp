// Lets tools run at certain hours only (UTC).
#include <claif/plugin.hpp>

#include <string>
#include <vector>

namespace {

using namespace claif;

constexpr int kDay = 24 * 60;

// "22:30" in minutes since midnight. Throws, which refuses the configuration, for anything else.
int minutes(const std::string& key, const std::string& text) {
  const auto digit = [&](size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 100;
  };
  const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  if (text.size() != 5 || text[2] != ':' || hour > 23 || minute > 59)
    throw sdk::Error("'" + key + "' must be a time such as \"22:30\", not \"" + text + "\"",
                     CLAIF_E_ARG);
  return hour * 60 + minute;
}

class TimeWindow {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object", "additionalProperties": false, "required": ["from", "to"],
    "properties": {
      "from": {"description": "The first minute of the day, UTC, such as 08:00", "type": "string"},
      "to": {"description": "The minute that is too late; before 'from' it is the next day's", "type": "string"},
      "tools": {
        "description": "The tools that the window is for; without it all",
        "type": "array", "items": {"type": "string"}
      }
    }
  })";
  // Without a clock there is no window: the host refuses to create the plugin.
  static constexpr const char* kNeeds[] = {CLAIF_CLOCK_ID, nullptr};

  TimeWindow(sdk::Host host, const sdk::Config& config)
      : host_(host),
        from_(minutes("from", config.string("from"))),
        to_(minutes("to", config.string("to"))),
        all_tools_(!config.has("tools")),
        tools_(config.strings("tools")) {
    if (from_ == to_)
      throw sdk::Error("'from' and 'to' are the same: no time is between", CLAIF_E_ARG);
  }

  // Any thread, several at once: nothing here changes.
  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (!all_tools_ && !is_ours(call.tool())) return sdk::Verdict::abstain();
    const int now = static_cast<int>(host_.wall_ms() / 60'000 % kDay);
    const bool open = from_ < to_ ? from_ <= now && now < to_ : from_ <= now || now < to_;
    if (open) return sdk::Verdict::allow();
    return sdk::Verdict::deny("'" + std::string(call.tool()) + "' does not run at this hour");
  }

 private:
  bool is_ours(std::string_view tool) const {
    for (const std::string& name : tools_)
      if (name == tool) return true;
    return false;
  }

  sdk::Host host_;
  int from_, to_;
  bool all_tools_;
  std::vector<std::string> tools_;
};

}  // namespace

CLAIF_PLUGIN(TimeWindow, "com.example.time-window", "1.0.0");
