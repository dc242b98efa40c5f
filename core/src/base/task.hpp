// Coroutines of the request path. Task is lazy, has one owner and resumes its awaiter when it ends.
// It knows no event loop: what completes an operation resumes the waiter, by way of Loop::ready.
//
// Why not boost::asio::awaitable: the operations that are awaited here end in callbacks of a C ABI,
// not in Asio handlers; tests drive them without an io_context; and no header of the request path
// needs Asio.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace claif {

template <class T>
class Task;

namespace detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    self.promise().finished = true;
    return self.promise().continuation;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  bool finished = false;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  // Code of the request path reports errors as Result. An exception here is a bug or bad_alloc.
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return false; }
      // False when the task ended without waiting for anything: then its awaiter goes on in a loop,
      // not on top of it. (A transfer to it would be symmetric, but without optimisation g++ makes
      // it a call, and some thousand ready tasks in a row would end the stack.)
      bool await_suspend(std::coroutine_handle<> waiter) noexcept {
        handle.resume();
        if (handle.promise().finished) return false;
        handle.promise().continuation = waiter;
        return true;
      }
      T await_resume() {
        if constexpr (!std::is_void_v<T>) return std::move(*handle.promise().value);
      }
    };
    return Awaiter{handle_};
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// The frame of a detached coroutine frees itself when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace detail

// Starts `task` now; it runs to its end on its own.
inline detail::Detached spawn(Task<void> task) {
  Task<void> running = std::move(task);
  co_await std::move(running);
}

}  // namespace claif
