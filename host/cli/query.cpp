// claif query
#include "cli/ask.hpp"

#include <iostream>
#include <iterator>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

struct QueryOptions {
  std::vector<std::string> words;
  std::string model, system, session;
  int64_t max_tokens = 0;
  bool stream = true, json = false;
};

std::string read_prompt(const std::vector<std::string>& words) {
  std::string prompt;
  bool wants_stdin = words.empty();
  for (const std::string& word : words) {
    if (word == "-")
      wants_stdin = true;
    else
      (prompt += prompt.empty() ? "" : " ") += word;
  }
  if (!wants_stdin || (words.empty() && ::isatty(STDIN_FILENO) == 1)) return prompt;
  std::string input(std::istreambuf_iterator<char>(std::cin), {});
  while (!input.empty() && input.back() == '\n')
    input.pop_back();
  return prompt.empty() ? input : prompt + "\n\n" + input;
}

int run(const QueryOptions& options, const CommonOptions& common) {
  ChatRequest request;
  request.model = options.model;
  if (!options.system.empty())
    request.messages.push_back({.role = "system", .content = options.system});
  request.messages.push_back({.role = "user", .content = read_prompt(options.words)});
  if (request.messages.back().content.empty()) {
    std::cerr << "claif: there is no question: claif query \"What is a monad?\", or pipe it in\n";
    return kUsage;
  }
  if (options.max_tokens > 0) request.max_completion_tokens = options.max_tokens;
  request.session = options.session;
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  std::string answer;
  const auto outcome = ask(**engine, request, {options.stream, options.json}, answer);
  return outcome ? kOk : report(outcome.error());
}

}  // namespace

void add_query(Command command) {
  CLI::App* const app =
      command.app.add_subcommand("query", "Ask one question; the answer goes to standard output");
  const auto options = std::make_shared<QueryOptions>();
  app->add_option("prompt", options->words, "the question; '-' or nothing reads standard input");
  app->add_option("-m,--model", options->model,
                  "model id, opus, sonnet, haiku, or a preset: fast, balanced, smart");
  app->add_option("-s,--system", options->system, "system prompt");
  app->add_option("--session", options->session,
                  "continue this conversation, and store the turn in it");
  app->add_option("--max-tokens", options->max_tokens, "at most so many tokens of answer")
      ->check(CLI::PositiveNumber);
  app->add_flag("--stream,!--no-stream", options->stream,
                "show the answer as it comes (the default), or when it is whole");
  app->add_flag("--json", options->json,
                "OpenAI's JSON: the completion with --no-stream, else a chunk a line");
  add_common_options(*app, command.common);
  app->footer("Example:\n  git diff | claif query --model smart \"Review this change:\" -");
  app->callback([command, options] { command.exit_code = run(*options, command.common); });
}

}  // namespace claif::cli
