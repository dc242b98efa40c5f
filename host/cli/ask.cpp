#include "cli/ask.hpp"

#include "api/chat_json.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "cli/console.hpp"
#include "cli/preview.hpp"

#include <iostream>

namespace claif::cli {
namespace {

void note(std::string_view text) {
  std::cerr << "claif: note: " << escape_controls(text) << '\n';
}

Task<void> run(Engine& engine,
               pipeline::RunContext& context,
               AnswerSink& sink,
               Result<void>& outcome) {
  auto running = engine.worker(0).pipeline->run(context, sink);
  outcome = co_await std::move(running);
}

// What a reader of the text alone would not see.
void explain_end(const Answer& answer) {
  if (!answer.refusal.empty()) note("the model declined: " + answer.refusal);
  if (answer.finish_reason == "length")
    note("the answer is cut off: it reached a limit of tokens; see --max-tokens");
}

Result<void> denials(const std::vector<DeniedCall>& denied) {
  if (denied.empty()) return {};
  std::string text;
  for (const DeniedCall& call : denied)
    text +=
        (text.empty() ? "" : "; ") + ("the call of '" + call.name + "' was denied: ") + call.reason;
  return fail(Errc::tool_denied, std::move(text));
}

}  // namespace

Result<void> ask(Engine& engine,
                 const ChatRequest& request,
                 const AskOptions& options,
                 Answer& answer) {
  if (!request.session.empty() && !is_session_id(request.session))
    return fail(Errc::invalid_request, "--session must match [A-Za-z0-9_-]{1,64}");
  const Config& config = engine.config();
  CLAIF_TRY(std::string body, api::to_json(request, options.stream, config));
  CLAIF_TRY(wire::ChatRequest decoded,
            wire::decode_chat(std::move(body),
                              {config.model_aliases, config.strict, engine.models().get()}));
  for (const std::string& warning : decoded.warnings)
    note(warning);
  pipeline::RunContext context;
  context.request = std::move(decoded.messages);
  context.route = "cli";
  context.session = request.session;
  context.dry_run = options.dry_run;
  decoded.encoding.include_usage = true;
  AnswerSink sink(options.json, decoded.encoding, engine.clock().wall_ms() / 1000, answer);
  Result<void> outcome;
  run_task(engine, run(engine, context, sink, outcome),
           [&context] { context.cancellation.request(); });
  if (!outcome) return outcome;
  if (context.preview) {
    if (context.preview->method.empty())
      note("the transport " + config.transport.use + " does not tell where and how it sends");
    write_stdout(printable(show(*context.preview, options.json), stdout_is_terminal()));
    return {};
  }
  if (!context.persisted) std::cerr << "claif: the session could not be stored; see above\n";
  explain_end(answer);
  return denials(context.denied);
}

}  // namespace claif::cli
