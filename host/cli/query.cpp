// claif query
#include "base/json.hpp"
#include "cli/ask.hpp"
#include "cli/attachments.hpp"

#include <iostream>
#include <iterator>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

struct QueryOptions {
  std::vector<std::string> words, images, files, params;
  std::string model, system, session, schema, tools, effort;
  int64_t max_tokens = 0;
  bool stream = true, json = false, dry_run = false;
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

// KEY=VALUE, where VALUE is JSON or else a text, as members of one object.
Result<std::string> read_params(const std::vector<std::string>& params) {
  if (params.empty()) return std::string();
  json::Writer out;
  out.object();
  for (const std::string& param : params) {
    const size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::configuration, "--param " + param + " is not KEY=VALUE");
    const std::string value = param.substr(equals + 1);
    const auto compact = json::compact(value);
    out.any_key(param.substr(0, equals)).raw(compact ? *compact : json::quote(value));
  }
  out.end_object();
  return out.take();
}

// Images and documents come before the question, as Claude reads them best.
Result<ChatMessage> read_question(const QueryOptions& options) {
  ChatMessage out{.role = "user", .content = {}};
  for (const std::string& image : options.images) {
    CLAIF_TRY(ContentPart part, read_image(image));
    out.parts.push_back(std::move(part));
  }
  for (const std::string& file : options.files) {
    CLAIF_TRY(ContentPart part, read_document(file));
    out.parts.push_back(std::move(part));
  }
  std::string prompt = read_prompt(options.words);
  if (prompt.empty() && out.parts.empty())
    return fail(Errc::configuration,
                "there is no question: claif query \"What is a monad?\", or pipe it in");
  if (out.parts.empty())
    out.content = std::move(prompt);
  else if (!prompt.empty())
    out.parts.push_back(ContentPart::of_text(std::move(prompt)));
  return out;
}

Result<ChatRequest> read_request(const QueryOptions& options) {
  ChatRequest out;
  out.model = options.model;
  if (!options.system.empty())
    out.messages.push_back({.role = "system", .content = options.system});
  CLAIF_TRY(out.extra_json, read_params(options.params));
  if (!options.tools.empty()) {
    CLAIF_TRY(out.tools, read_tools(options.tools));
  }
  if (!options.schema.empty()) {
    CLAIF_TRY(out.response_format, read_schema(options.schema));
  }
  CLAIF_TRY(ChatMessage question, read_question(options));
  out.messages.push_back(std::move(question));
  if (options.max_tokens > 0) out.max_completion_tokens = options.max_tokens;
  out.reasoning_effort = options.effort;
  out.session = options.session;
  return out;
}

// The file that the error is about, before its text.
Error with_file(Error error, const QueryOptions& options) {
  if (!options.tools.empty() && error.param.starts_with("tools"))
    error.message = "--tools " + options.tools + ": " + error.message;
  if (!options.schema.empty() && error.param.starts_with("response_format"))
    error.message = "--schema " + options.schema + ": " + error.message;
  return error;
}

int run(const QueryOptions& options, const CommonOptions& common) {
  const auto request = read_request(options);
  if (!request) return report(request.error());
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  // A schema's answer is one piece of JSON: it is checked before it is called an answer.
  const bool stream = options.stream && (!request->response_format || options.json);
  Answer answer;
  const auto outcome = ask(**engine, *request, {stream, options.json, options.dry_run}, answer);
  if (!outcome) return report(with_file(outcome.error(), options));
  if (!request->response_format || options.dry_run || !answer.calls.empty()) return kOk;
  const auto checked = check_answer(*request->response_format, options.schema, answer.text);
  return checked ? kOk : report(checked.error());
}

void add_content_options(CLI::App& app, QueryOptions& options) {
  app.add_option("--image", options.images,
                 "show this PNG, JPEG, GIF or WebP file, or https:// URL; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--file", options.files, "show this PDF or text file; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--schema", options.schema,
                 "answer in JSON that matches this JSON Schema; exit code 8 when it does not")
      ->type_name("FILE");
  app.add_option(
         "--tools", options.tools,
         "tools that may be called: a JSON list in OpenAI's form; calls are printed, a line "
         "of JSON each; exit code 7 when the approval strategy denies one")
      ->type_name("FILE");
  app.add_option("--effort", options.effort, "how much to think")
      ->check(CLI::IsMember({"none", "minimal", "low", "medium", "high", "xhigh", "max"}));
  app.add_option("--param", options.params,
                 "any other parameter of OpenAI's, e.g. --param temperature=0.2; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
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
  add_content_options(*app, *options);
  app->add_flag("--stream,!--no-stream", options->stream,
                "show the answer as it comes (the default), or when it is whole");
  app->add_flag("--json", options->json,
                "OpenAI's JSON: the completion with --no-stream, else a chunk a line");
  app->add_flag("--dry-run", options->dry_run,
                "print what would be sent to Claude, and send nothing; with --json one object");
  add_common_options(*app, command.common);
  app->footer(
      "Example:\n  git diff | claif query --model smart \"Review this change:\" -\n"
      "  claif query --image chart.png --schema figures.json \"Read the figures\"\n"
      "  claif query --tools tools.json \"What is the weather in Oslo?\"\n"
      "  claif query --file report.pdf --effort high --dry-run \"Summarise\"");
  app->callback([command, options] { command.exit_code = run(*options, command.common); });
}

}  // namespace claif::cli
