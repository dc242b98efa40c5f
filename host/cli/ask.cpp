#include "cli/ask.hpp"

#include "api/chat_json.hpp"
#include "base/ids.hpp"
#include "cli/console.hpp"
#include "wire/chat_response.hpp"

#include <iostream>

namespace claif::cli {
namespace {

class ConsoleSink final : public pipeline::EventSink {
 public:
  ConsoleSink(const AskOptions& options,
              const wire::ChatEncoding& encoding,
              int64_t created,
              std::string& answer)
      : options_(options),
        encoding_(encoding),
        created_(created),
        answer_(answer),
        terminal_(stdout_is_terminal()),
        encoder_(random_id("chatcmpl-"), created, encoding) {}

  void start(const pipeline::RunContext&) override {}
  void write(const wire::Event& event) override {
    if (const auto* text = std::get_if<wire::TextDelta>(&event.body)) {
      answer_ += text->text;
      if (!options_.json) pending_ += printable(text->text, terminal_);
    }
    if (options_.json) json_lines(event);
    if (std::holds_alternative<wire::MessageStop>(event.body) && !options_.json &&
        !answer_.ends_with('\n'))
      pending_ += '\n';
  }
  void message(const wire::Message& message) override {
    for (const wire::Block& block : message.blocks)
      if (block.kind == wire::BlockKind::text) answer_ += block.text;
    if (options_.json)
      pending_ =
          wire::encode_chat_completion(message, random_id("chatcmpl-"), created_, encoding_) + "\n";
    else
      pending_ = printable(answer_, terminal_) + (answer_.ends_with('\n') ? "" : "\n");
  }
  void fail(const Error&) override {
    if (!pending_.empty() || !answer_.empty()) pending_ += '\n';
  }
  Task<bool> flush() override {
    const std::string out = std::exchange(pending_, {});
    co_return write_stdout(out);
  }

 private:
  // The chunks of the stream, one JSON object a line.
  void json_lines(const wire::Event& event) {
    frames_.clear();
    encoder_.encode(event, frames_);
    for (size_t at = 0; at < frames_.size();) {
      const size_t end = frames_.find("\n\n", at);
      const std::string_view data =
          std::string_view(frames_).substr(at + 6, end - at - 6);  // after "data: "
      if (data != "[DONE]") (pending_ += data) += '\n';
      at = end + 2;
    }
  }

  const AskOptions& options_;
  const wire::ChatEncoding encoding_;
  int64_t created_;
  std::string& answer_;
  bool terminal_;
  wire::ChatStreamEncoder encoder_;
  std::string pending_, frames_;
};

Task<void> run(Engine& engine,
               pipeline::RunContext& context,
               ConsoleSink& sink,
               Result<void>& outcome) {
  auto running = engine.worker(0).pipeline->run(context, sink);
  outcome = co_await std::move(running);
}

}  // namespace

Result<void> ask(Engine& engine,
                 const ChatRequest& request,
                 const AskOptions& options,
                 std::string& answer) {
  if (!request.session.empty() && !is_session_id(request.session))
    return fail(Errc::invalid_request, "--session must match [A-Za-z0-9_-]{1,64}");
  const Config& config = engine.config();
  CLAIF_TRY(std::string body, api::to_json(request, options.stream, config));
  CLAIF_TRY(wire::ChatRequest decoded,
            wire::decode_chat(std::move(body), {config.model_aliases, config.strict}));
  for (const std::string& warning : decoded.warnings)
    std::cerr << "claif: note: " << warning << '\n';
  pipeline::RunContext context;
  context.request = std::move(decoded.messages);
  context.route = "cli";
  context.session = request.session;
  decoded.encoding.include_usage = true;
  ConsoleSink sink(options, decoded.encoding, engine.clock().wall_ms() / 1000, answer);
  Result<void> outcome;
  run_task(engine, run(engine, context, sink, outcome),
           [&context] { context.cancellation.request(); });
  if (outcome && !context.persisted)
    std::cerr << "claif: the session could not be stored; see above\n";
  return outcome;
}

}  // namespace claif::cli
