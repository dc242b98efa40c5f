#include "connection.hpp"

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <pthread.h>

namespace claif::cache_redis {
namespace {

timeval until(Clock::time_point deadline) {
  const auto left =
      std::max(std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now()),
               std::chrono::microseconds(1));
  return {left.count() / 1'000'000, left.count() % 1'000'000};
}

// hiredis writes to sockets that may be closed, which ends a process that does not expect the
// signal. Blocks it in this thread, and takes it when it came meanwhile.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now{};
    if (!was_pending_) sigtimedwait(&signal_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t signal_{}, before_{};
  bool was_pending_ = false;
};

}  // namespace

Connection::Connection(const Server& server, Clock::time_point deadline)
    : name_(server.name()), context_(nullptr, &redisFree) {
  const timeval timeout = until(deadline);
  context_.reset(server.socket.empty()
                     ? redisConnectWithTimeout(server.host.c_str(), server.port, timeout)
                     : redisConnectUnixWithTimeout(server.socket.c_str(), timeout));
  if (!context_ || context_->err != 0) fail("cannot connect");
  if (!server.password.empty()) {
    std::vector<std::string_view> auth{"AUTH"};
    if (!server.username.empty()) auth.push_back(server.username);
    auth.push_back(server.password);
    ask(auth, deadline);
  }
  if (server.database != 0) ask({"SELECT", std::to_string(server.database)}, deadline);
}

std::optional<std::string> Connection::ask(const std::vector<std::string_view>& command,
                                           Clock::time_point deadline) {
  if (!context_) fail("the connection has ended");
  if (Clock::now() >= deadline) fail("no time is left");
  const NoBrokenPipe guard;
  set_timeout(deadline);
  std::vector<const char*> texts;
  std::vector<size_t> sizes;
  for (const std::string_view word : command) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  const std::unique_ptr<redisReply, void (*)(void*)> reply(
      static_cast<redisReply*>(redisCommandArgv(context_.get(), static_cast<int>(texts.size()),
                                                texts.data(), sizes.data())),
      &freeReplyObject);
  if (!reply) {
    const std::string why = context_->errstr;
    context_.reset();
    fail(why);
  }
  const std::string_view text(reply->str != nullptr ? reply->str : "",
                              reply->str != nullptr ? reply->len : 0);
  if (reply->type == REDIS_REPLY_ERROR) fail(std::string(text));
  if (reply->type == REDIS_REPLY_NIL) return std::nullopt;
  return std::string(text);
}

void Connection::set_timeout(Clock::time_point deadline) const {
  redisSetTimeout(context_.get(), until(deadline));
}

void Connection::fail(const std::string& what) const {
  std::string text = "Redis at " + name_ + ": " + what;
  if (context_ && context_->err != 0) text.append(": ").append(context_->errstr);
  throw sdk::Error(text, CLAIF_E_UNAVAILABLE);
}

}  // namespace claif::cache_redis
