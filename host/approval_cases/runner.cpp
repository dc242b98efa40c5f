#include "approval_cases/runner.hpp"

#include "approval_cases/case.hpp"
#include "approval_cases/policy.hpp"
#include "approval_cases/test_plugin.hpp"
#include "plugin/static_plugins.hpp"

#include <fstream>
#include <optional>
#include <sstream>

#include <curl/curl.h>

namespace claif::cases {
namespace {

constexpr std::string_view kAllow = "allow", kDeny = "deny", kLate = "deny_at_execute";

// How long this thread was ready and had no processor, as the kernel counts it.
Nanos waited_for_processor() {
  std::ifstream in("/proc/thread-self/schedstat");
  int64_t ran = 0, waited = 0;
  in >> ran >> waited;
  return in ? Nanos(waited) : Nanos(0);
}

void settle(Outcome& out, const approval::Ruling& ruling) {
  out.got = ruling.allowed ? kAllow : kDeny;
  out.reason = ruling.reason;
}

// `location`, which may be relative to `base`; empty when it leads nowhere.
std::string resolved(const std::string& base, const std::string& location) {
  if (location.empty()) return {};
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(::curl_url(), &::curl_url_cleanup);
  char* text = nullptr;
  if (::curl_url_set(url.get(), CURLUPART_URL, base.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK ||
      ::curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK ||
      ::curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
    return {};
  const std::unique_ptr<char, void (*)(void*)> owner(text, &::curl_free);
  return text;
}

Task<void> drive(approval::Approver& approver,
                 std::string session,
                 const std::vector<approval::Call>& calls,
                 const std::vector<wire::OfferedTool>& offered,
                 bool disorder,
                 net::IoLoop& loop,
                 std::vector<approval::Ruling>& out) {
  auto ruling = approver.rule(std::move(session), calls, offered, disorder);
  out = co_await std::move(ruling);
  loop.stop();
}

}  // namespace

Result<std::vector<std::string>> read_cases(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail(Errc::invalid_request, "cannot read " + file.string());
  const auto doc = json::parse(text.str());
  if (!doc) return fail(Errc::invalid_request, file.string() + ": " + doc.error().message);
  const json::Value* cases =
      doc->root().IsArray() ? &doc->root() : json::find(doc->root(), "cases");
  if (cases == nullptr || !cases->IsArray() || cases->Empty())
    return fail(Errc::invalid_request, file.string() + " has no cases: {\"cases\": [...]}");
  std::vector<std::string> out;
  for (const auto& each : cases->GetArray())
    out.push_back(json::dump(each));
  return out;
}

Runner::Runner(const Config& config) : config_(config) {
  const auto linked = plugin::static_plugins();
  linked_.assign(linked.begin(), linked.end());
  for (const plugin::StaticPlugin& each : test_plugins())
    linked_.push_back(each);
  plugin::HostServices services{clock_, log_, metrics_, pool_, {}, {{&loop_, {}}}, {}, {}};
  plugins_ = std::make_unique<plugin::PluginManager>(std::move(services), config.plugin_dirs,
                                                     config.home / "staging", linked_);
}

Runner::~Runner() {
  pool_.stop();
}

Result<Policy> Runner::load(const PluginSpec& spec) {
  return plugins_->fill("approval", plugin::kind_of("approval"), spec);
}

std::vector<approval::Ruling> Runner::rule(plugin::Slot& policy,
                                           const std::string& session,
                                           const std::vector<approval::Call>& calls,
                                           const std::vector<wire::OfferedTool>& offered,
                                           bool disorder) {
  approval::Approver approver({policy, ops_, pool_}, Millis(config_.approval_timeout_ms));
  std::vector<approval::Ruling> out;
  loop_.post([&] { spawn(drive(approver, session, calls, offered, disorder, loop_, out)); });
  loop_.run();
  return out;
}

Outcome Runner::run(std::string_view test_case) {
  Outcome out;
  const auto problem = [&](const std::string& why) {
    out.fault = "the case cannot be run: " + why;
    return out;
  };
  auto workspace = Workspace::create();
  if (!workspace) return problem(workspace.error().message);
  auto made = CaseData::read(workspace->fill_in(test_case));
  if (!made) return problem(made.error().message);
  Case c(std::move(*made), *workspace);
  out.id = c.text("id");
  out.expected = c.expected();
  for (const json::Value& operation : c.list("fs"))
    if (const auto done = workspace->apply(operation); !done) return problem(done.error().message);
  try {
    decide(c, out);
  } catch (const std::exception& error) {
    return problem(error.what());
  }
  if (!out.fault.empty()) return out;
  if (out.got != out.expected)
    out.fault = "expected " + out.expected + ", got " + out.got +
                (out.reason.empty() ? "" : " (" + out.reason + ")");
  return out;
}

void Runner::decide(Case& c, Outcome& out) {
  const json::Value* strategy = c.find("strategy");
  Result<PluginSpec> spec = config_.approval;
  if (strategy != nullptr) spec = policy_of(*strategy, c.root());
  Result<Policy> policy = fail(Errc::configuration, "");
  if (spec) policy = load(*spec);
  if (!spec || !policy) {  // claif would not start with it, and so nothing would run
    settle(out, {false, spec ? policy.error().message : spec.error().message, -1});
    return;
  }
  c.policy = std::move(*policy);
  if (c.has_stream())
    decide_stream(c, out);
  else
    decide_call(c, out);
  if (out.got == kAllow) follow_redirects(c, out);
  if (out.got == kAllow) execute(c, out);
  drain(*c.policy);
}

// What a plugin answers late arrives on the loop, and until then its instance cannot end.
void Runner::drain(const plugin::Slot& policy) {
  const auto busy = [&policy] {
    const plugin::Pin pin(policy);
    return pin && pin->in_flight() != 0;
  };
  const Nanos end = clock_.now() + Millis(config_.approval_timeout_ms) * 2;
  while (busy() && clock_.now() < end) {
    loop_.post([this] { loop_.after(Millis(10), [this] { loop_.stop(); }); });
    loop_.run();
  }
}

void Runner::decide_call(Case& c, Outcome& out) {
  const int64_t most = json::integer_or(c.root(), "max_ms", -1);
  // A busy machine may take longer once; a slow decision does so each time.
  Millis took{0};
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Nanos began = clock_.now() - waited_for_processor();
    settle(out, rule(*c.policy, c.session(), {c.call()}, c.offered()).front());
    took = std::chrono::duration_cast<Millis>(clock_.now() - waited_for_processor() - began);
    if (most < 0 || took.count() <= most) return;
  }
  out.fault =
      "the decision took " + std::to_string(took.count()) + " ms, over " + std::to_string(most);
}

void Runner::follow_redirects(Case& c, Outcome& out) {
  const std::string name = c.url_argument(), first = c.argument(name);
  std::string at = first;
  for (const json::Value& location : c.list("redirects")) {
    at = resolved(at, location.IsString() ? std::string(json::text(location)) : std::string());
    if (!c.set_argument(name, at)) return;
    settle(out, rule(*c.policy, c.session(), {c.call()}, c.offered()).front());
    if (out.got != kAllow) return;
  }
  if (at != first && !c.set_argument(name, first)) out.fault = "the arguments are no object";
}

// What was allowed is about to run: it must still be the same call under the same policy, and the
// strategy must say the same of it, on the same grounds (G12).
void Runner::execute(Case& c, Outcome& out) {
  if (c.find("after_decision") == nullptr) return;
  const approval::Permit given = approval::permit(*c.policy, c.session(), c.call());
  for (const json::Value& operation : c.list("after_decision"))
    if (const auto done = change(c, operation); !done) {
      out.fault = "the case cannot be run: " + done.error().message;
      return;
    }
  bool holds = approval::still_holds(given, *c.policy, c.session(), c.call());
  if (holds) {
    const auto again = rule(*c.policy, c.session(), {c.call()}, c.offered()).front();
    holds = again.allowed && again.reason == out.reason;
  }
  if (!holds) out.got = kLate;
}

Result<void> Runner::change(Case& c, const json::Value& operation) {
  const auto part = [&](unsigned i) {
    return operation.IsArray() && i < operation.Size() ? &operation[i] : nullptr;
  };
  const std::string what =
      part(0) != nullptr && part(0)->IsString() ? std::string(json::text(*part(0))) : "";
  const auto word = [&](unsigned i) {
    return part(i) != nullptr && part(i)->IsString() ? std::string(json::text(*part(i))) : "";
  };
  if (what == "set_arg" && part(2) != nullptr) return c.set_argument(word(1), *part(2));
  if (what == "set_name") return c.set_text("name", word(1));
  if (what == "set_id") return c.set_text("id", word(1));
  if (what == "set_session") return c.set_session(word(1));
  if (what == "unload_plugin") return c.policy->swap(nullptr);
  if (what == "reload_policy" && part(1) != nullptr) {
    CLAIF_TRY(const PluginSpec spec, policy_of(*part(1), c.root()));
    return plugins_->swap(*c.policy, plugin::kind_of("approval"), spec);
  }
  return c.workspace.apply(operation);
}

}  // namespace claif::cases
