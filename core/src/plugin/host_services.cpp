#include "plugin/host_services.hpp"

#include "base/ids.hpp"
#include "plugin/instance.hpp"
#include "plugin/quick_check.hpp"

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <array>

namespace claif::plugin {

using sdk::str;
using sdk::view;

namespace {

constexpr Nanos kLogWindow = std::chrono::seconds(10);
constexpr uint32_t kLogLines = 200;  // of one instance in one window

// A request on its way to another thread's loop.
struct OwnedRequest {
  explicit OwnedRequest(const claif_http_request& r)
      : method(view(r.method)), url(view(r.url)), body(view(r.body)), copy(r) {
    for (size_t i = 0; i < r.header_count; ++i)
      text.emplace_back(view(r.headers[i].name), view(r.headers[i].value));
    for (const auto& [name, value] : text)
      headers.push_back({str(name), str(value)});
    copy.method = str(method);
    copy.url = str(url);
    copy.body = str(body);
    copy.headers = headers.data();
  }
  std::string method, url, body;
  std::vector<std::pair<std::string, std::string>> text;
  std::vector<claif_http_header> headers;
  claif_http_request copy;
};

}  // namespace

// The functions behind the tables. Each is called by plugins, so none may throw.
struct ServiceTables {
  static const void* service(const claif_host* host, const char* id) noexcept {
    const std::string_view wanted(id);
    HostContext& context = HostContext::of(host);
    if (wanted == CLAIF_LOG_ID) return &context.log_;
    if (wanted == CLAIF_CLOCK_ID) return &kClock;
    if (wanted == CLAIF_RANDOM_ID) return &kRandom;
    if (wanted == CLAIF_EXECUTOR_ID) return context.services_.loops.empty() ? nullptr : &kExecutor;
    if (wanted == CLAIF_SECRETS_ID) return &kSecrets;
    if (wanted == CLAIF_METRICS_ID) return &kMetrics;
    if (wanted == CLAIF_PLUGINS_ID) return &kPlugins;
    if (wanted == CLAIF_HTTP_ID) return context.services_.loops.empty() ? nullptr : &kHttp;
    return nullptr;
  }

  static void log_write(const claif_host* host, int32_t level, claif_str line) noexcept {
    try {
      HostContext::of(host).log_line(level, view(line));
    } catch (...) {  // a line is lost
    }
  }

  static uint64_t mono_ns(const claif_host* host) noexcept {
    return static_cast<uint64_t>(HostContext::of(host).services_.clock.now().count());
  }
  static int64_t wall_ms(const claif_host* host) noexcept {
    return HostContext::of(host).services_.clock.wall_ms();
  }
  static void random_fill(const claif_host*, void* bytes, size_t n) noexcept {
    random_bytes(bytes, n);
  }

  static claif_status executor_post(const claif_host* host,
                                    void (*task)(void*),
                                    void* ctx) noexcept {
    try {
      HostContext& context = HostContext::of(host);
      Instance& instance = context.instance_;
      instance.hold();
      const auto run = [task, ctx, &instance] {
        task(ctx);
        instance.release();
      };
      if (context.services_.pool.post(run)) return CLAIF_OK;
      instance.release();
      return CLAIF_E_UNAVAILABLE;
    } catch (...) {
      return CLAIF_E_UNAVAILABLE;
    }
  }

  static uint64_t executor_after(const claif_host* host,
                                 uint64_t delay_ms,
                                 void (*task)(void*),
                                 void* ctx) noexcept {
    try {
      HostContext& context = HostContext::of(host);
      const uint64_t id = next_number();
      {
        const std::lock_guard lock(context.timers_->mutex);
        context.timers_->waiting.emplace(id, std::pair(task, ctx));
      }
      const auto fire = [weak = std::weak_ptr(context.timers_), id] {
        const auto timers = weak.lock();
        if (!timers) return;
        std::unique_lock lock(timers->mutex);
        const auto node = timers->waiting.extract(id);
        if (!node) return;
        timers->instance->hold();
        lock.unlock();
        {
          const QuickCheck check(*timers->instance, "a timer");
          node.mapped().first(node.mapped().second);
        }
        timers->instance->release();
      };
      Loop& loop = *context.loop_for_this_thread().loop;
      const Millis delay(static_cast<int64_t>(std::min<uint64_t>(delay_ms, 1ull << 40)));
      if (loop.in_thread())
        loop.after(delay, fire);
      else
        loop.post([&loop, delay, fire] { loop.after(delay, fire); });
      return id;
    } catch (...) {
      return 0;
    }
  }
  static int32_t executor_cancel(const claif_host* host, uint64_t timer) noexcept {
    HostContext& context = HostContext::of(host);
    const std::lock_guard lock(context.timers_->mutex);
    return context.timers_->waiting.erase(timer) != 0 ? 1 : 0;
  }

  static claif_status secret_get(const claif_host* host,
                                 claif_str name,
                                 claif_str* value) noexcept {
    const auto& secrets = HostContext::of(host).services_.secrets;
    const auto found = secrets.find(view(name));
    if (found == secrets.end()) return CLAIF_E_NOT_FOUND;
    *value = str(found->second.reveal());
    return CLAIF_OK;
  }

  static uint32_t metric_define(const claif_host* host, const claif_metric* m) noexcept {
    HostContext& context = HostContext::of(host);
    try {
      if (!CLAIF_HAS(m, bucket_count) || m->type > CLAIF_METRIC_HISTOGRAM) return 0;
      std::vector<std::string> labels;
      labels.reserve(m->label_count);
      for (size_t i = 0; i < m->label_count; ++i)
        labels.emplace_back(view(m->labels[i]));
      const auto defined = context.services_.metrics.define(
          static_cast<MetricType>(m->type), view(m->name), view(m->help), std::move(labels),
          std::vector<double>(m->buckets, m->buckets + m->bucket_count));
      if (defined) return *defined + (static_cast<uint32_t>(m->label_count) << 24);
      context.log_line(CLAIF_LOG_WARN, defined.error().message);
    } catch (...) {  // no metric, then
    }
    return 0;
  }
  // The number of a metric carries its number of labels, so that record knows how many values there
  // are.
  static void metric_record(const claif_host* host,
                            uint32_t metric,
                            const claif_str* values,
                            double value) noexcept {
    try {
      std::array<std::string_view, 8> labels;
      const size_t count = std::min<size_t>(metric >> 24, labels.size());
      for (size_t i = 0; i < count; ++i)
        labels[i] = view(values[i]);
      HostContext::of(host).services_.metrics.record(metric & 0xFFFFFFu, {labels.data(), count},
                                                     value);
    } catch (...) {  // a sample is lost
    }
  }

  static claif_status child_create(const claif_host* host,
                                   claif_str iface,
                                   claif_str spec,
                                   claif_child* out,
                                   claif_error* error) noexcept {
    HostContext& context = HostContext::of(host);
    try {
      if (!context.creating_)
        return sdk::fill(error, CLAIF_E_ARG, "children are created only inside create"),
               CLAIF_E_ARG;
      auto child = context.services_.create_child(view(iface), view(spec));
      if (!child) return sdk::fill(error, CLAIF_E_ARG, child.error().message), CLAIF_E_ARG;
      out->id = next_number();
      out->self = (*child)->self();
      out->iface = (*child)->table<void>(std::string(view(iface)).c_str());
      const std::lock_guard lock(context.children_mutex_);
      context.children_.emplace(out->id, std::move(*child));
      return CLAIF_OK;
    } catch (...) {
      return sdk::fill_from_current_exception(error);
    }
  }
  // A child that still works stays until its parent ends.
  static void child_release(const claif_host* host, uint64_t child) noexcept {
    HostContext& context = HostContext::of(host);
    std::unique_ptr<Instance> unused;
    const std::lock_guard lock(context.children_mutex_);
    const auto found = context.children_.find(child);
    if (found == context.children_.end()) return;
    found->second->retire();
    if (found->second->in_flight() != 0) return;
    unused = std::move(found->second);
    context.children_.erase(found);
  }

  static claif_status http_start(const claif_host* host,
                                 const claif_http_request* request,
                                 const claif_http_handler* handler,
                                 void* ctx,
                                 uint64_t* id,
                                 claif_error* error) noexcept {
    try {
      HostContext& context = HostContext::of(host);
      LoopServices& loop = context.loop_for_this_thread();
      const uint64_t key =
          (next_number() << 8) | static_cast<uint64_t>(&loop - context.services_.loops.data());
      *id = key;
      Instance& instance = context.instance_;
      const auto release = [&instance] { instance.release(); };
      instance.hold();
      if (loop.loop->in_thread()) {
        const claif_status status = loop.http().start(key, *request, *handler, ctx, release, error);
        if (status != CLAIF_OK) release();
        return status;
      }
      loop.loop->post(
          [&loop, key, handler, ctx, release, owned = std::make_shared<OwnedRequest>(*request)] {
            claif_error refused = sdk::make_error(CLAIF_OK, {});
            const claif_status status =
                loop.http().start(key, owned->copy, *handler, ctx, release, &refused);
            if (status == CLAIF_OK) return;
            handler->on_done(ctx, status, &refused);
            release();
          });
      return CLAIF_OK;
    } catch (...) {
      return sdk::fill_from_current_exception(error);
    }
  }
  template <void (net::HttpClient::*Member)(uint64_t)>
  static void http_call(const claif_host* host, uint64_t id) noexcept {
    LoopServices* const loop = HostContext::of(host).loop_of(id);
    if (loop == nullptr) return;
    try {
      if (loop->loop->in_thread()) return (loop->http().*Member)(id);
      loop->loop->post([loop, id] { (loop->http().*Member)(id); });
    } catch (...) {  // the request's own timeouts end it
    }
  }

  static constexpr claif_clock_v1 kClock{sizeof(claif_clock_v1), 0, &mono_ns, &wall_ms};
  static constexpr claif_random_v1 kRandom{sizeof(claif_random_v1), 0, &random_fill};
  static constexpr claif_executor_v1 kExecutor{sizeof(claif_executor_v1), 0, &executor_post,
                                               &executor_after, &executor_cancel};
  static constexpr claif_secrets_v1 kSecrets{sizeof(claif_secrets_v1), 0, &secret_get};
  static constexpr claif_metrics_v1 kMetrics{sizeof(claif_metrics_v1), 0, &metric_define,
                                             &metric_record};
  static constexpr claif_plugins_v1 kPlugins{sizeof(claif_plugins_v1), 0, &child_create,
                                             &child_release};
  static constexpr claif_http_v1 kHttp{sizeof(claif_http_v1), 0, &http_start,
                                       &http_call<&net::HttpClient::resume>,
                                       &http_call<&net::HttpClient::cancel>};
};

HostContext::HostContext(HostServices& services, Instance& instance)
    : services_(services),
      instance_(instance),
      prefix_("[" + instance.id() + "#" + std::to_string(instance.generation()) + "] "),
      host_{sizeof(claif_host), CLAIF_ABI_MINOR, this, &ServiceTables::service},
      log_{sizeof(claif_log_v1), static_cast<int32_t>(services.log.level()),
           &ServiceTables::log_write} {
  timers_->instance = &instance;
}

HostContext::~HostContext() = default;

void HostContext::drop_timers() {
  const std::lock_guard lock(timers_->mutex);
  timers_->waiting.clear();
}

void HostContext::retire_children() {
  const std::lock_guard lock(children_mutex_);
  for (const auto& [id, child] : children_)
    child->retire();
}

uint32_t HostContext::children_in_flight() const {
  const std::lock_guard lock(children_mutex_);
  uint32_t sum = 0;
  for (const auto& [id, child] : children_)
    sum += child->in_flight();
  return sum;
}

LoopServices& HostContext::loop_for_this_thread() {
  for (LoopServices& loop : services_.loops)
    if (loop.loop->in_thread()) return loop;
  return services_.loops.front();
}

LoopServices* HostContext::loop_of(uint64_t id) {
  const size_t index = id & 0xFF;
  return index < services_.loops.size() ? &services_.loops[index] : nullptr;
}

void HostContext::log_line(int32_t level, std::string_view line) {
  const auto bounded =
      static_cast<LogLevel>(std::clamp<int32_t>(level, CLAIF_LOG_TRACE, CLAIF_LOG_ERROR));
  if (!services_.log.logs(bounded)) return;
  uint32_t dropped = 0;
  {
    const std::lock_guard lock(log_mutex_);
    const Nanos now = services_.clock.coarse();
    if (now - log_window_ >= kLogWindow) {
      log_window_ = now;
      log_lines_ = 0;
      dropped = std::exchange(log_dropped_, 0);
    }
    if (++log_lines_ > kLogLines) {
      ++log_dropped_;
      return;
    }
  }
  if (dropped != 0)
    services_.log.warn(prefix_ + std::to_string(dropped) + " lines were dropped: over " +
                       std::to_string(kLogLines) + " in 10 s");
  services_.log.write(bounded, prefix_ + std::string(line.substr(0, sdk::utf8_prefix(line, 2048))));
}

}  // namespace claif::plugin
