#include <claif/plugin.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace {

using namespace claif;

// Turns events into metrics. Observers are called one at a time, so nothing here is locked.
class Metrics {
 public:
  static constexpr const char* kConfigSchema = R"({"type":"object","additionalProperties":false})";
  static constexpr uint64_t kInterest = sdk::interest(CLAIF_EV_REQUEST,
                                                      CLAIF_EV_FIRST_BYTE,
                                                      CLAIF_EV_TOOL,
                                                      CLAIF_EV_CACHE,
                                                      CLAIF_EV_SESSION,
                                                      CLAIF_EV_RETRY,
                                                      CLAIF_EV_USAGE,
                                                      CLAIF_EV_RESPONSE,
                                                      CLAIF_EV_PLUGIN);

  explicit Metrics(sdk::Host host)
      : host_(host),
        requests_(counter("claif_requests_total", "Requests that ended", {"model", "status"})),
        duration_(
            seconds("claif_request_duration_seconds", "Time from a request's start to its end")),
        first_byte_(seconds("claif_first_byte_seconds",
                            "Time from a request's start to its first answer byte")),
        tokens_(counter("claif_tokens_total", "Tokens of requests and answers", {"model", "type"})),
        cache_(counter("claif_cache_total", "Cache lookups and stores", {"result"})),
        tools_(counter("claif_tool_decisions_total", "Decisions about tool calls", {"decision"})),
        retries_(
            counter("claif_retries_total", "Upstream attempts that were made again", {"code"})),
        appends_(counter(
            "claif_session_appends_total", "Turns that were stored or failed to be", {"result"})),
        faults_(counter("claif_plugin_faults_total", "Misbehaviour of plugins", {"plugin"})),
        in_flight_(host.metric(
            CLAIF_METRIC_GAUGE, "claif_requests_in_flight", "Requests that have not ended")) {
    host_.record(in_flight_, 0);
  }

  void on_events(sdk::Events events) {
    for (const claif_event* raw : events)
      on_event(sdk::Event(raw));
  }

 private:
  // Clients choose model names, so their number is bounded.
  static constexpr size_t kMaxModels = 100;

  uint32_t counter(std::string_view name,
                   std::string_view help,
                   std::initializer_list<std::string_view> labels) {
    return host_.metric(CLAIF_METRIC_COUNTER, name, help, labels);
  }
  uint32_t seconds(std::string_view name, std::string_view help) {
    return host_.metric(CLAIF_METRIC_HISTOGRAM, name, help, {"model"},
                        {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600});
  }

  void on_event(const sdk::Event& event) {
    switch (event.kind()) {
      case CLAIF_EV_REQUEST:
        return set_in_flight(open_ + 1);
      case CLAIF_EV_FIRST_BYTE:
        return host_.record(first_byte_, in_seconds(event), model(event));
      case CLAIF_EV_TOOL:
        return host_.record(tools_, 1,
                            std::string_view(event.value() == CLAIF_ALLOW ? "allow" : "deny"));
      case CLAIF_EV_CACHE:
        return host_.record(cache_, 1, event.name());
      case CLAIF_EV_SESSION:
        return host_.record(appends_, 1, event.name());
      case CLAIF_EV_RETRY:
        return host_.record(retries_, 1, event.name());
      case CLAIF_EV_USAGE:
        return host_.record(tokens_, static_cast<double>(std::max<int64_t>(event.value(), 0)),
                            model(event), event.name());
      case CLAIF_EV_RESPONSE:
        host_.record(requests_, 1, model(event), event.name());
        host_.record(duration_, in_seconds(event), model(event));
        return set_in_flight(std::max<int64_t>(open_ - 1, 0));
      case CLAIF_EV_PLUGIN:
        return host_.record(faults_, 1, event.name());
      default:
        return;
    }
  }

  void set_in_flight(int64_t open) {
    open_ = open;
    host_.record(in_flight_, static_cast<double>(open_));
  }
  std::string_view model(const sdk::Event& event) {
    if (const auto known = models_.find(std::string(event.body())); known != models_.end())
      return *known;
    if (models_.size() >= kMaxModels) return "other";
    return *models_.emplace(event.body()).first;
  }
  static double in_seconds(const sdk::Event& event) {
    return static_cast<double>(event.value()) / 1e9;
  }

  const sdk::Host host_;
  const uint32_t requests_, duration_, first_byte_, tokens_, cache_, tools_, retries_, appends_,
      faults_, in_flight_;
  int64_t open_ = 0;
  std::unordered_set<std::string> models_;
};

}  // namespace

CLAIF_PLUGIN(Metrics, "claif.observer.metrics", "0.1.0");
