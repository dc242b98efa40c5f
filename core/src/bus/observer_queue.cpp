#include "bus/observer_queue.hpp"

#include <claif/sdk/text.hpp>

namespace claif::bus {
namespace {

// While events come, the thread looks this often: waking it for each would cost more than the
// event.
constexpr auto kLinger = std::chrono::milliseconds(20);

}  // namespace

ObserverQueue::ObserverQueue(const Clock& clock,
                             Metrics& metrics,
                             std::vector<plugin::Slot*> observers)
    : clock_(clock), metrics_(metrics), observers_(std::move(observers)) {
  if (const auto metric = metrics_.define(MetricType::counter, "claif_observer_dropped_total",
                                          "Events that slow observers did not get."))
    dropped_metric_ = *metric;
  if (!observers_.empty()) thread_ = std::thread([this] { work(); });
}

ObserverQueue::~ObserverQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool ObserverQueue::wants(uint32_t kind) const {
  for (const plugin::Slot* slot : observers_) {
    const plugin::Pin pin(*slot);
    if (pin && (pin->iface<claif_observer_v1>().interest >> kind & 1u) != 0) return true;
  }
  return false;
}

void ObserverQueue::publish(const Observation& o) {
  if (!wants(o.kind)) return;
  const auto now = static_cast<uint64_t>(clock_.coarse().count());
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.events.size() >= limits::kObserverQueue) {
      ++dropped_;
      return;
    }
    queue_.events.push_back({o.kind, now, o.request, o.value, queue_.texts.size(), o.session.size(),
                             o.name.size(), o.body.size()});
    queue_.texts.append(o.session).append(o.name).append(o.body);
    ++published_;
    wake = std::exchange(sleeping_, false);
  }
  if (wake) wake_.notify_one();
}

void ObserverQueue::flush() {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) return;
  const uint64_t until = published_;
  hurry_ = true;
  wake_.notify_one();
  delivered_.wait(lock, [&] { return done_ >= until; });
}

uint64_t ObserverQueue::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void ObserverQueue::work() {
  Queue batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (queue_.events.empty()) {
      if (stopping_) return;
      sleeping_ = true;
      wake_.wait(lock, [this] { return stopping_ || hurry_ || !queue_.events.empty(); });
      sleeping_ = false;
    }
    if (!stopping_ && !hurry_ && queue_.events.size() < limits::kObserverQueue / 4)
      wake_.wait_for(lock, kLinger, [this] { return stopping_ || hurry_; });
    hurry_ = false;
    std::swap(batch.events, queue_.events);
    std::swap(batch.texts, queue_.texts);
    const uint64_t lost = dropped_ - std::exchange(reported_, dropped_);
    lock.unlock();
    if (lost != 0) metrics_.record(dropped_metric_, static_cast<double>(lost));
    if (!batch.events.empty()) deliver(batch);
    lock.lock();
    done_ += batch.events.size();
    batch.events.clear();
    batch.texts.clear();
    delivered_.notify_all();
  }
}

void ObserverQueue::deliver(const Queue& batch) {
  std::vector<claif_event> events;
  events.reserve(batch.events.size());
  for (const Stored& s : batch.events) {
    const std::string_view text(batch.texts);
    claif_event e{};
    e.size = sizeof e;
    e.kind = s.kind;
    e.mono_ns = s.mono_ns;
    e.request = s.request;
    e.value = s.value;
    e.session = sdk::str(text.substr(s.text, s.session_size));
    e.name = sdk::str(text.substr(s.text + s.session_size, s.name_size));
    e.body = sdk::str(text.substr(s.text + s.session_size + s.name_size, s.body_size));
    events.push_back(e);
  }
  std::vector<const claif_event*> wanted;
  for (const plugin::Slot* slot : observers_) {
    const plugin::Pin pin(*slot);
    if (!pin || pin->faults().quarantined()) continue;
    const auto& table = pin->iface<claif_observer_v1>();
    wanted.clear();
    for (const claif_event& e : events)
      if ((table.interest >> e.kind & 1u) != 0) wanted.push_back(&e);
    if (!wanted.empty()) table.on_events(pin->self(), wanted.data(), wanted.size());
  }
}

}  // namespace claif::bus
