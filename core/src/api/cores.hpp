// What is behind the handles of <claif/client.hpp>.
#pragma once

#include "api/chunks.hpp"
#include "pipeline/engine.hpp"
#include "wire/assemble.hpp"
#include "wire/chat_encoding.hpp"

#include <claif/client.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace claif::detail {

// What the request says about its answer.
struct AnswerFacts {
  std::vector<std::string> warnings;
  wire::ChatEncoding encoding;
};

class ClientCore {
 public:
  static Result<std::unique_ptr<ClientCore>> make(const ClientOptions& options);
  ~ClientCore();

  Engine& engine() { return *engine_; }
  Loop& loop() { return engine_->worker(0).loop; }
  // A context for `request`, or why it is none.
  Result<std::unique_ptr<pipeline::RunContext>> context(const ChatRequest& request,
                                                        bool stream,
                                                        AnswerFacts& facts);

  // A request is expected when it is posted, begins and ends on the loop; the destructor calls
  // `cancel` of each, on the loop, and waits.
  void expect();
  void begin(pipeline::RunContext& context, std::function<void()> cancel);
  void end(pipeline::RunContext& context);
  // A request that sends nothing, to its end.
  Result<UpstreamRequest> dry_run(const ChatRequest& request, bool stream);

 private:
  std::unique_ptr<Engine> engine_;
  std::map<pipeline::RunContext*, std::function<void()>> running_;  // loop thread only
  std::mutex mutex_;
  std::condition_variable idle_;
  size_t in_flight_ = 0;
};

// A request of create_async. Shared by the handle and the loop, whoever ends last.
class CallCore : public std::enable_shared_from_this<CallCore> {
 public:
  using Done = std::function<void(Result<ChatCompletion>)>;
  CallCore(ClientCore& client, Done done) : client_(client), done_(std::move(done)) {}
  void start(const ChatRequest& request);
  Result<ChatCompletion> get() { return result_.get_future().get(); }
  void cancel();

 private:
  Task<void> run(std::shared_ptr<CallCore> keep_alive);
  void finish(Result<ChatCompletion> result);

  ClientCore& client_;
  Done done_;
  std::unique_ptr<pipeline::RunContext> context_;
  AnswerFacts facts_;
  std::promise<Result<ChatCompletion>> result_;
};

// A streamed request: a bounded queue between the loop and the reader. Shared by both.
class StreamCore : public std::enable_shared_from_this<StreamCore>, public pipeline::EventSink {
 public:
  explicit StreamCore(ClientCore& client) : client_(client) {}
  void start_request(const ChatRequest& request);
  Result<std::optional<ChatChunk>> next();
  Result<ChatCompletion> whole();
  void cancel();

  void start(const pipeline::RunContext&) override {}
  void write(const wire::Event& event) override;
  void message(const wire::Message&) override {}
  void fail(const Error& error) override;
  Task<bool> flush() override;

 private:
  static constexpr size_t kFull = 256;
  Task<void> run(std::shared_ptr<StreamCore> keep_alive);
  void cancel_on_loop();
  void end(std::optional<Error> error);

  ClientCore& client_;
  // These are the loop thread's from the start on, and the reader's once the stream has ended.
  std::unique_ptr<pipeline::RunContext> context_;
  AnswerFacts facts_;
  api::ChunkBuilder builder_;
  std::vector<ChatChunk> made_;
  wire::MessageAssembler assembler_;
  std::optional<Arrival<bool>> waiting_;  // loop thread only
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ChatChunk> chunks_;
  std::optional<Error> error_;
  bool ended_ = false, cancelled_ = false, wants_wake_ = false;
};

}  // namespace claif::detail
