// A few threads for calls that may block, with a bounded queue. Threads start when first needed.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace claif {

// Thread-safe.
class BlockingPool {
 public:
  explicit BlockingPool(size_t threads = 4, size_t queue = 1024)
      : limit_(threads), queue_limit_(queue) {}
  ~BlockingPool() { stop(); }

  // False when the queue is full or the pool was stopped; then the task does not run.
  bool post(std::function<void()> task);
  // Runs what is queued, then ends the threads.
  void stop();

 private:
  void work();

  const size_t limit_, queue_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace claif
