#include "cache/flight.hpp"

#include "cache/envelope.hpp"

#include <utility>

namespace claif::cache {
namespace {

// Who joins needs all of it from the start; an answer that large is not stored either.
constexpr size_t kMostToJoin = kMaxMessageBytes;
// What is kept for readers that are slower than the fastest.
constexpr size_t kMostBehind = 8 << 20;
// How many flights may be stored while a request looks into the cache.
constexpr size_t kMostStored = 256;

}  // namespace

Flight::Flight(Flights& flights, std::string key, Loop& loop)
    : flights_(flights), key_(std::move(key)), loop_(loop) {}

bool Flight::claim() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(claimed_, true);
}

void Flight::retire(bool stored) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(retired_, true)) return;
  }
  flights_.remove(key_, this, stored);
}

bool Flight::join() {
  const std::lock_guard lock(mutex_);
  if (retired_ || dropped_ > 0 || bytes_ > kMostToJoin) return false;
  ++readers_;
  return true;
}

void Flight::leave() {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    last = --readers_ == 0;
    if (last && !ending_) retired_ = true;  // it is about to be cancelled
  }
  if (!last) return;
  flights_.remove(key_, this, false);
  wake_pump();
}

// The pump runs on when somebody wants more, and ends when nobody is left.
void Flight::wake_pump() {
  const auto go_on = [](Flight& self) {
    bool abandoned = false;
    {
      const std::lock_guard lock(self.mutex_);
      abandoned = self.readers_ == 0;
      if (!abandoned && !self.wanted_) return;
    }
    if (abandoned && self.call_ != nullptr) self.call_->cancel();
    if (auto pump = std::exchange(self.pump_, nullptr)) self.loop_.ready(pump);
  };
  if (loop_.in_thread()) return go_on(*this);
  loop_.post([self = weak_from_this(), go_on] {
    if (const auto flight = self.lock()) go_on(*flight);
  });
}

Flight::Wait Flight::wait(size_t at, const std::shared_ptr<Waiter>& waiter) {
  {
    const std::lock_guard lock(mutex_);
    if (at < dropped_ + batches_.size() || ending_) return Wait::ready;
    waiters_.push_back(waiter);
    if (std::exchange(wanted_, true)) return Wait::waits;
  }
  wake_pump();
  return Wait::waits;
}

bool Flight::take(size_t at, plugin::Batch& batch) {
  std::shared_ptr<const plugin::Batch> found;
  {
    const std::lock_guard lock(mutex_);
    if (at < dropped_ || at >= dropped_ + batches_.size()) return false;
    found = batches_[at - dropped_];
  }
  batch = *found;
  return true;
}

void Flight::append(const plugin::Batch& batch) {
  auto copy = std::make_shared<const plugin::Batch>(batch);
  std::vector<std::shared_ptr<Waiter>> waiters;
  {
    const std::lock_guard lock(mutex_);
    bytes_ += copy->size();
    batches_.push_back(std::move(copy));
    while (bytes_ > kMostBehind && batches_.size() > 1) {
      bytes_ -= batches_.front()->size();
      batches_.pop_front();
      ++dropped_;
    }
    wanted_ = false;
    waiters.swap(waiters_);
  }
  wake_readers(std::move(waiters));
}

void Flight::end(const plugin::OpResult& result) {
  std::vector<std::shared_ptr<Waiter>> waiters;
  {
    const std::lock_guard lock(mutex_);
    ending_ = Ending{result.status, result.error, result.retry_after_ms};
    waiters.swap(waiters_);
  }
  wake_readers(std::move(waiters));
  if (result.status != CLAIF_OK) retire(false);  // whoever tries again begins another one
}

void Flight::wake_readers(std::vector<std::shared_ptr<Waiter>> waiters) {
  for (auto& waiter : waiters) {
    Loop& loop = waiter->loop;
    const auto wake = [&loop](Waiter& w) {
      if (auto handle = std::exchange(w.handle, nullptr)) loop.ready(handle);
    };
    if (loop.in_thread())
      wake(*waiter);
    else
      loop.post([waiter = std::move(waiter), wake] { wake(*waiter); });
  }
}

Task<void> Flight::run(std::shared_ptr<Flight> self,
                       plugin::CallSite site,
                       Millis deadline,
                       claif_request request) {
  struct Demand {
    explicit Demand(Flight& of) : flight(of) {}
    Flight& flight;
    bool await_ready() const {
      const std::lock_guard lock(flight.mutex_);
      return flight.wanted_ || flight.readers_ == 0;
    }
    void await_suspend(std::coroutine_handle<> pump) const noexcept { flight.pump_ = pump; }
    void await_resume() const noexcept {}
  };
  plugin::TransportCall call(site, deadline);
  self->call_ = &call;
  call.start(request);
  plugin::Batch batch;
  for (;;) {
    const bool more = co_await call.next(batch);
    if (!more) break;
    self->append(batch);
    Demand demand(*self);
    co_await demand;
  }
  self->call_ = nullptr;
  self->end(call.result());
}

FlightReader::FlightReader(std::shared_ptr<Flight> flight, Loop& loop)
    : flight_(std::move(flight)),
      waiter_(std::make_shared<Flight::Waiter>(Flight::Waiter{loop, nullptr})) {}

FlightReader::~FlightReader() {
  waiter_->handle = nullptr;
  if (!left_) flight_->leave();
}

void FlightReader::cancel() {
  if (std::exchange(cancelled_, true)) return;
  if (auto handle = std::exchange(waiter_->handle, nullptr)) waiter_->loop.ready(handle);
  if (!std::exchange(left_, true)) flight_->leave();
}

bool FlightReader::Next::await_suspend(std::coroutine_handle<> waiter) {
  reader.waiter_->handle = waiter;
  if (reader.flight_->wait(reader.at_, reader.waiter_) == Flight::Wait::waits) return true;
  reader.waiter_->handle = nullptr;
  return false;
}

bool FlightReader::Next::await_resume() {
  batch.clear();
  plugin::OpResult result;
  if (reader.cancelled_) {
    result.status = CLAIF_E_CANCELLED;
    result.error = "the request was cancelled";
  } else if (reader.flight_->take(reader.at_, batch)) {
    ++reader.at_;
    return true;
  } else {
    const std::lock_guard lock(reader.flight_->mutex_);
    if (const auto& ending = reader.flight_->ending_;
        ending && reader.at_ >= reader.flight_->dropped_) {
      result.status = ending->status;
      result.error = ending->error;
      result.retry_after_ms = ending->retry_after_ms;
    } else {
      result.status = CLAIF_E_INTERNAL;
      result.error = "the client took the answer too slowly to share it with others";
    }
  }
  reader.result_ = std::move(result);
  return false;
}

uint64_t Flights::ticket() const {
  const std::lock_guard lock(mutex_);
  return ticket_;
}

std::shared_ptr<Flight> Flights::join(const std::string& key,
                                      uint64_t ticket,
                                      plugin::CallSite site,
                                      Millis deadline,
                                      const claif_request& request) {
  std::shared_ptr<Flight> flight;
  {
    const std::lock_guard lock(mutex_);
    auto& place = by_key_[key];
    flight = place.lock();
    if (flight && flight->join()) return flight;
    for (const Stored& stored : stored_)
      if (stored.ticket > ticket && stored.key == key) return nullptr;
    flight = std::make_shared<Flight>(*this, key, site.ops.loop());
    flight->join();
    place = flight;
  }
  spawn(Flight::run(flight, site, deadline, request));
  return flight;
}

size_t Flights::size() const {
  const std::lock_guard lock(mutex_);
  return by_key_.size();
}

void Flights::remove(const std::string& key, const Flight* flight, bool stored) {
  const std::lock_guard lock(mutex_);
  if (stored) {
    stored_.push_back({key, ++ticket_});
    if (stored_.size() > kMostStored) stored_.pop_front();
  }
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto current = found->second.lock();
  if (current == nullptr || current.get() == flight) by_key_.erase(found);
}

}  // namespace claif::cache
