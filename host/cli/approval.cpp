// claif approval test
#include "approval_cases/runner.hpp"
#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

void print_json(const std::vector<cases::Outcome>& outcomes, size_t failed) {
  json::Writer out;
  out.object().key("cases").integer(static_cast<int64_t>(outcomes.size()));
  out.key("failed").integer(static_cast<int64_t>(failed)).key("results").array();
  for (const cases::Outcome& o : outcomes) {
    out.object().key("id").string(o.id).key("passed").boolean(o.passed());
    out.key("expected").string(o.expected).key("got").string(o.got).key("reason").string(o.reason);
    if (!o.passed()) out.key("fault").string(o.fault);
    out.end_object();
  }
  out.end_array().end_object();
  std::cout << out.view() << '\n';
}

int test(const CommonOptions& common, const std::string& file, bool as_json) {
  const auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  const auto cases = cases::read_cases(file);
  if (!cases) return report(cases.error());
  cases::Runner runner(loaded->config);
  std::vector<cases::Outcome> outcomes;
  size_t failed = 0;
  for (const std::string& each : *cases) {
    const cases::Outcome& outcome = outcomes.emplace_back(runner.run(each));
    failed += outcome.passed() ? 0 : 1;
    if (!as_json && !outcome.passed())
      std::cout << escape_controls(outcome.id + ": " + outcome.fault) << '\n';
  }
  if (as_json)
    print_json(outcomes, failed);
  else
    std::cerr << "claif: " << outcomes.size() - failed << " of " << outcomes.size()
              << " cases passed\n";
  return failed == 0 ? kOk : kValidation;
}

}  // namespace

void add_approval(Command command) {
  CLI::App* const app = command.app.add_subcommand("approval", "Try the policy for tool calls");
  app->require_subcommand(1);
  CLI::App* const test_app = app->add_subcommand(
      "test",
      "Decide the cases of a file: each by its own strategy, or by the configured policy when it "
      "names none. One line for each case that comes out differently than it expects, and exit "
      "code 8 if any does");
  const auto file = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  test_app->add_option("file", *file, "JSON: {\"cases\": [...]} or a list of cases")
      ->type_name("FILE")
      ->required();
  test_app->add_flag("--json", *as_json, "for scripts: every case with its decision and reason");
  add_common_options(*test_app, command.common);
  test_app->callback(
      [command, file, as_json] { command.exit_code = test(command.common, *file, *as_json); });
  const char* const example =
      "Example:\n"
      "  echo '[{\"id\": \"no shell\", \"expect\": \"deny\", \"call\": {\"name\": \"bash\", "
      "\"arguments\": {\"command\": \"id\"}}}]' > cases.json\n"
      "  claif approval test cases.json --set approval.use=production";
  app->footer(example);
  test_app->footer(example);
}

}  // namespace claif::cli
