// claif chat
#include "cli/ask.hpp"

#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

struct ChatOptions {
  std::string model, system;
};

int run(const ChatOptions& options, const CommonOptions& common) {
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  const bool terminal = ::isatty(STDIN_FILENO) == 1;
  ChatRequest request;
  request.model = options.model;
  if (!options.system.empty())
    request.messages.push_back({.role = "system", .content = options.system});
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  if (terminal) std::cerr << "Type a message; an empty line or Ctrl-D ends.\n";
  int last = kOk;
  for (std::string line;;) {
    if (terminal) std::cerr << "> " << std::flush;
    if (!std::getline(std::cin, line) || line.empty()) return last;
    request.messages.push_back({.role = "user", .content = line});
    Answer answer;
    const auto outcome = ask(**engine, request, {}, answer);
    last = outcome ? kOk : report(outcome.error());
    if (outcome)
      request.messages.push_back({.role = "assistant", .content = answer.text});
    else
      request.messages.pop_back();  // so that it can be asked again
  }
}

}  // namespace

void add_chat(Command command) {
  CLI::App* const app =
      command.app.add_subcommand("chat", "Talk: each line is a message, the conversation goes on");
  const auto options = std::make_shared<ChatOptions>();
  app->add_option("-m,--model", options->model,
                  "model id, opus, sonnet, haiku, or a preset: fast, balanced, smart");
  app->add_option("-s,--system", options->system, "system prompt");
  add_common_options(*app, command.common);
  app->footer("Example:\n  claif chat --model fast");
  app->callback([command, options] { command.exit_code = run(*options, command.common); });
}

}  // namespace claif::cli
