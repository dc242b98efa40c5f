// The event loop of the programs: Asio's io_context on one thread, with a queue of coroutines that
// are resumed between its handlers. `--threads N` is N of these, which share nothing.
#pragma once

#include "base/loop.hpp"

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace claif::net {

class CurlClient;

class IoLoop final : public Loop {
 public:
  explicit IoLoop(const Clock& clock);
  ~IoLoop() override;

  // Runs until stop(); on the calling thread, which becomes the loop's thread.
  void run();
  void stop();  // [any]

  boost::asio::io_context& io() { return io_; }
  // This loop's HTTP client, made on first use. Loop thread only.
  CurlClient& http();

  void post(std::function<void()> task) override;
  void ready(std::coroutine_handle<> waiter) override { ready_.push_back(waiter); }
  bool in_thread() const override { return Loop::current() == this; }
  TimerId after(Millis delay, std::function<void()> task) override;
  void cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }

 private:
  using TimerKey = std::pair<Nanos, TimerId>;
  void settle();  // resumes what is ready and sends what is pending
  void arm_timer();
  void run_timers();

  const Clock& clock_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  Nanos armed_for_ =
      Nanos::max();  // when timer_ fires; late re-arming saves a system call a request
  std::map<TimerKey, std::function<void()>> timers_;
  std::unordered_map<TimerId, Nanos> deadlines_;
  TimerId last_timer_ = 0;
  std::vector<std::coroutine_handle<>> ready_, resuming_;
  std::unique_ptr<CurlClient> http_;
};

}  // namespace claif::net
