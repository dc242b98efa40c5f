// claif sessions list
#include "base/json.hpp"
#include "cli/command.hpp"
#include "plugin/store_proxy.hpp"

#include <ctime>
#include <iostream>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

Task<void> fetch(Engine& engine, Result<std::vector<std::string>>& out) {
  std::string cursor;
  for (;;) {
    auto listing = plugin::store_list(engine.worker(0).pipeline->site(*engine.store()), cursor, 100,
                                      Millis(10'000));
    auto page = co_await std::move(listing);
    if (!page) {
      out = Result<std::vector<std::string>>(fail(std::move(page.error())));
      co_return;
    }
    out->insert(out->end(), page->items.begin(), page->items.end());
    if (page->next.empty()) co_return;
    cursor = page->next;
  }
}

std::string when(int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm tm{};
  char text[32];
  return ::gmtime_r(&seconds, &tm) != nullptr &&
                 std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0
             ? text
             : "";
}

int list(const CommonOptions& common, bool as_json) {
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  if ((*engine)->store() == nullptr)
    return report(
        fail(Errc::configuration, "no session store is configured: set sessions.use").value());
  Result<std::vector<std::string>> items{std::vector<std::string>{}};
  run_task(**engine, fetch(**engine, items), [&] { (*engine)->stop(); });
  if (!items) return report(items.error());
  if (as_json) {
    std::string out = "[";
    for (const std::string& item : *items)
      (out += out.size() == 1 ? "" : ",") += item;
    std::cout << out << "]\n";
    return kOk;
  }
  for (const std::string& item : *items) {
    const auto doc = json::parse(item);
    if (!doc) continue;
    std::cout << json::string_or(doc->root(), "id") << "  "
              << json::integer_or(doc->root(), "records") << " turns  "
              << when(json::integer_or(doc->root(), "updated_ms")) << '\n';
  }
  if (items->empty())
    std::cerr << "claif: no sessions yet: claif query --session NAME starts one\n";
  return kOk;
}

}  // namespace

void add_sessions(Command command) {
  CLI::App* const app = command.app.add_subcommand("sessions", "Look at the stored conversations");
  app->require_subcommand(1);
  CLI::App* const list_app = app->add_subcommand("list", "All of them, the newest first");
  const auto as_json = std::make_shared<bool>(false);
  list_app->add_flag("--json", *as_json, "for scripts");
  add_common_options(*list_app, command.common);
  list_app->callback([command, as_json] { command.exit_code = list(command.common, *as_json); });
  app->footer("Example:\n  claif sessions list --json");
}

}  // namespace claif::cli
