#include "api/chat_json.hpp"
#include "api/cores.hpp"
#include "base/ids.hpp"

namespace claif {
namespace detail {

void StreamCore::start_request(const ChatRequest& request) {
  auto context = client_.context(request, true, facts_);
  if (!context) return end(std::move(context.error()));
  context_ = std::move(*context);
  client_.expect();
  client_.loop().post([self = shared_from_this()] { spawn(self->run(self)); });
}

Task<void> StreamCore::run(std::shared_ptr<StreamCore> keep_alive) {
  static_cast<void>(keep_alive);
  client_.begin(*context_, [this] { cancel_on_loop(); });
  auto running = client_.engine().worker(0).pipeline->run(*context_, *this);
  Result<void> outcome = co_await std::move(running);
  client_.end(*context_);
  end(outcome ? std::nullopt : std::optional<Error>(std::move(outcome.error())));
}

void StreamCore::end(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  ended_ = true;
  arrived_.notify_all();
}

void StreamCore::fail(const Error& error) {
  const std::lock_guard lock(mutex_);
  error_ = error;
}

void StreamCore::write(const wire::Event& event) {
  assembler_.add(event);
  made_.clear();
  builder_.add(event, made_);
  if (made_.empty()) return;
  const std::lock_guard lock(mutex_);
  for (ChatChunk& chunk : made_) {
    chunk.event_json = event.json;
    chunks_.push_back(std::move(chunk));
  }
  arrived_.notify_all();
}

Task<bool> StreamCore::flush() {
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) co_return false;
    if (chunks_.size() < kFull) co_return true;
    wants_wake_ = true;
  }
  waiting_.emplace(client_.loop());
  const bool room = co_await *waiting_;
  co_return room;
}

Result<std::optional<ChatChunk>> StreamCore::next() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return ended_ || !chunks_.empty(); });
  if (chunks_.empty()) {
    if (error_) return claif::fail(*error_);
    return std::optional<ChatChunk>();
  }
  std::optional<ChatChunk> out(std::move(chunks_.front()));
  chunks_.pop_front();
  if (wants_wake_ && !ended_ && chunks_.size() < kFull / 2) {
    wants_wake_ = false;
    client_.loop().post([self = shared_from_this()] {
      if (self->waiting_) self->waiting_->set(true);
    });
  }
  return out;
}

Result<ChatCompletion> StreamCore::whole() {
  for (;;) {
    CLAIF_TRY(const auto chunk, next());
    if (!chunk) break;
  }
  if (!assembler_.complete())
    return claif::fail(Errc::cancelled, "the stream was cancelled before its end");
  CLAIF_TRY(const wire::Message message, wire::Message::parse(assembler_.to_json()));
  ChatCompletion out = api::to_completion(
      message, random_id("chatcmpl-"), client_.engine().clock().wall_ms() / 1000, facts_.encoding);
  out.from_cache = pipeline::is_from_cache(context_->cache);
  out.warnings = facts_.warnings;
  out.denied = context_->denied;
  return out;
}

void StreamCore::cancel() {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || std::exchange(cancelled_, true)) return;
  }
  client_.loop().post([self = shared_from_this()] { self->cancel_on_loop(); });
}

void StreamCore::cancel_on_loop() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  if (context_) context_->cancellation.request();
  if (waiting_) waiting_->set(false);  // it waits for a reader
}

}  // namespace detail

ChatStream::ChatStream(std::shared_ptr<detail::StreamCore> core) : core_(std::move(core)) {}
ChatStream::ChatStream(ChatStream&&) noexcept = default;
ChatStream& ChatStream::operator=(ChatStream&& other) noexcept {
  if (core_ && core_ != other.core_) core_->cancel();
  core_ = std::move(other.core_);
  current_ = std::move(other.current_);
  return *this;
}
ChatStream::~ChatStream() {
  if (core_) core_->cancel();
}

Result<std::optional<ChatChunk>> ChatStream::try_next() {
  return core_->next();
}
Result<ChatCompletion> ChatStream::try_final_completion() {
  return core_->whole();
}
ChatCompletion ChatStream::final_completion() {
  auto result = try_final_completion();
  if (!result) throw_error(std::move(result.error()));
  return std::move(*result);
}
void ChatStream::cancel() {
  core_->cancel();
}

bool ChatStream::advance() {
  auto chunk = core_->next();
  if (!chunk) throw_error(std::move(chunk.error()));
  if (!*chunk) return false;
  current_ = std::move(**chunk);
  return true;
}

}  // namespace claif
