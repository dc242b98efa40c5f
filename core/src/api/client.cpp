#include "api/chat_json.hpp"
#include "api/cores.hpp"
#include "base/ids.hpp"

#include <claif/client.hpp>

namespace claif {
namespace detail {

Result<std::unique_ptr<ClientCore>> ClientCore::make(const ClientOptions& options) {
  ConfigSources sources = process_sources();
  sources.install_plugin_dir = bundled_plugin_dir();
  if (!options.config_file.empty()) sources.file = options.config_file;
  if (!options.transport.empty()) sources.sets.emplace_back("transport.use", options.transport);
  sources.sets.insert(sources.sets.end(), options.set.begin(), options.set.end());
  sources.plugin_dirs.assign(options.plugin_dirs.begin(), options.plugin_dirs.end());
  CLAIF_TRY(LoadedConfig loaded, load_config(sources));
  auto out = std::make_unique<ClientCore>();
  CLAIF_TRY(out->engine_, Engine::create(std::move(loaded.config)));
  out->engine_->start();
  return out;
}

ClientCore::~ClientCore() {
  if (!engine_) return;
  // Waits for the loop in any case: one that has not begun to run would not notice that it shall
  // stop.
  bool told = false;
  loop().post([this, &told] {
    for (const auto& [context, cancel] : running_)
      cancel();
    const std::lock_guard lock(mutex_);
    told = true;
    idle_.notify_all();
  });
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&told] { return told; });
  idle_.wait_for(lock, std::chrono::seconds(5), [this] { return in_flight_ == 0; });
}

void ClientCore::begin(pipeline::RunContext& context, std::function<void()> cancel) {
  running_.emplace(&context, std::move(cancel));
}

void ClientCore::expect() {
  const std::lock_guard lock(mutex_);
  ++in_flight_;
}

void ClientCore::end(pipeline::RunContext& context) {
  running_.erase(&context);
  const std::lock_guard lock(mutex_);
  if (--in_flight_ == 0) idle_.notify_all();
}

Result<std::unique_ptr<pipeline::RunContext>> ClientCore::context(const ChatRequest& request,
                                                                  bool stream,
                                                                  AnswerFacts& facts) {
  const Config& config = engine_->config();
  CLAIF_TRY(std::string body, api::to_json(request, stream, config));
  CLAIF_TRY(wire::ChatRequest decoded,
            wire::decode_chat(std::move(body),
                              {config.model_aliases, config.strict, engine_->models().get()}));
  auto out = std::make_unique<pipeline::RunContext>();
  out->request = std::move(decoded.messages);
  out->route = "client";
  out->session = request.session;
  if (!request.session.empty() && !is_session_id(request.session))
    return fail(Errc::invalid_request, "a session's name must match [A-Za-z0-9_-]{1,64}");
  if (request.cache) out->cache_wish.mode = *request.cache ? cache::Mode::on : cache::Mode::off;
  facts.warnings = std::move(decoded.warnings);
  facts.encoding = decoded.encoding;
  facts.encoding.thinking_blocks = true;  // so that a tool loop can hand them back
  return out;
}

namespace {

// Collects the answer of a request that does not stream.
class WholeAnswer final : public pipeline::EventSink {
 public:
  WholeAnswer(const Clock& clock, const wire::ChatEncoding& encoding)
      : clock_(clock), encoding_(encoding) {}
  void start(const pipeline::RunContext&) override {}
  void write(const wire::Event&) override {}
  void message(const wire::Message& message) override {
    completion =
        api::to_completion(message, random_id("chatcmpl-"), clock_.wall_ms() / 1000, encoding_);
  }
  void fail(const Error&) override {}  // run() returns it, too
  Task<bool> flush() override { co_return true; }

  ChatCompletion completion;

 private:
  const Clock& clock_;
  const wire::ChatEncoding& encoding_;
};

}  // namespace

void CallCore::start(const ChatRequest& request) {
  auto context = client_.context(request, false, facts_);
  if (!context) return finish(fail(std::move(context.error())));
  context_ = std::move(*context);
  client_.expect();
  client_.loop().post([self = shared_from_this()] { spawn(self->run(self)); });
}

Task<void> CallCore::run(std::shared_ptr<CallCore> keep_alive) {
  static_cast<void>(keep_alive);
  WholeAnswer sink(client_.engine().clock(), facts_.encoding);
  client_.begin(*context_, [this] { context_->cancellation.request(); });
  auto running = client_.engine().worker(0).pipeline->run(*context_, sink);
  Result<void> outcome = co_await std::move(running);
  client_.end(*context_);
  if (!outcome) {
    finish(fail(std::move(outcome.error())));
    co_return;
  }
  sink.completion.from_cache = pipeline::is_from_cache(context_->cache);
  sink.completion.warnings = facts_.warnings;
  sink.completion.denied = std::move(context_->denied);
  finish(std::move(sink.completion));
}

void CallCore::finish(Result<ChatCompletion> result) {
  if (done_) done_(result);
  result_.set_value(std::move(result));
}

void CallCore::cancel() {
  client_.loop().post([self = shared_from_this()] {
    if (self->context_) self->context_->cancellation.request();
  });
}

}  // namespace detail

ChatCall::ChatCall(std::shared_ptr<detail::CallCore> core) : core_(std::move(core)) {}
ChatCall::~ChatCall() = default;
ChatCall::ChatCall(ChatCall&&) noexcept = default;
ChatCall& ChatCall::operator=(ChatCall&&) noexcept = default;
Result<ChatCompletion> ChatCall::get() {
  return core_->get();
}
void ChatCall::cancel() {
  core_->cancel();
}

ChatCall Completions::create_async(const ChatRequest& request,
                                   std::function<void(Result<ChatCompletion>)> done) {
  auto call = std::make_shared<detail::CallCore>(*core_, std::move(done));
  call->start(request);
  return ChatCall(std::move(call));
}

Result<ChatCompletion> Completions::try_create(const ChatRequest& request) {
  return create_async(request).get();
}

ChatCompletion Completions::create(const ChatRequest& request) {
  auto result = try_create(request);
  if (!result) throw_error(std::move(result.error()));
  return std::move(*result);
}

ChatStream Completions::stream(const ChatRequest& request) {
  auto core = std::make_shared<detail::StreamCore>(*core_);
  core->start_request(request);
  return ChatStream(std::move(core));
}

Client::Client(std::unique_ptr<detail::ClientCore> core)
    : core_(std::move(core)), chat{Completions(core_.get())} {}

Client::Client(const ClientOptions& options)
    : Client([&options] {
        auto core = detail::ClientCore::make(options);
        if (!core) throw_error(std::move(core.error()));
        return std::move(*core);
      }()) {}

Result<std::unique_ptr<Client>> Client::try_make(const ClientOptions& options) {
  CLAIF_TRY(auto core, detail::ClientCore::make(options));
  return std::unique_ptr<Client>(new Client(std::move(core)));
}

Client::~Client() = default;

}  // namespace claif
