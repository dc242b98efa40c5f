#include "net/io_loop.hpp"

#include "net/curl_client.hpp"

#include <algorithm>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace claif::net {

IoLoop::IoLoop(const Clock& clock)
    : clock_(clock), io_(1), work_(io_.get_executor()), timer_(io_) {}
IoLoop::~IoLoop() = default;

void IoLoop::run() {
  Loop* const outer = std::exchange(current_, this);
  settle();
  while (io_.run_one() != 0)
    settle();
  http_.reset();
  io_.restart();  // for the next run; at the start it would lose a stop() that came first
  current_ = outer;
}

void IoLoop::stop() {
  io_.stop();
}

CurlClient& IoLoop::http() {
  if (!http_) http_ = std::make_unique<CurlClient>(*this);
  return *http_;
}

void IoLoop::post(std::function<void()> task) {
  boost::asio::post(io_, std::move(task));
}

void IoLoop::settle() {
  do {
    while (!ready_.empty()) {
      resuming_.swap(ready_);
      for (const auto waiter : resuming_)
        waiter.resume();
      resuming_.clear();
    }
    if (http_) http_->drive_pending();
  } while (!ready_.empty());
}

TimerId IoLoop::after(Millis delay, std::function<void()> task) {
  const Nanos when = clock_.now() + delay;
  const TimerId id = ++last_timer_;
  timers_.emplace(TimerKey{when, id}, std::move(task));
  deadlines_.emplace(id, when);
  if (when < armed_for_) arm_timer();
  return id;
}

void IoLoop::cancel(TimerId timer) {
  const auto found = deadlines_.find(timer);
  if (found == deadlines_.end()) return;
  timers_.erase({found->second, timer});
  deadlines_.erase(found);
}

void IoLoop::arm_timer() {
  if (timers_.empty()) {
    armed_for_ = Nanos::max();
    return;
  }
  armed_for_ = timers_.begin()->first.first;
  timer_.expires_after(std::max(armed_for_ - clock_.now(), Nanos(0)));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) run_timers();
  });
}

void IoLoop::run_timers() {
  armed_for_ = Nanos::max();
  const Nanos now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    deadlines_.erase(node.key().second);
    node.mapped()();
  }
  arm_timer();
}

}  // namespace claif::net
