#include "approval_cases/test_plugin.hpp"

#include <claif/plugin.hpp>

#include <chrono>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

namespace claif::cases {
namespace {

class TestPlugin {
 public:
  TestPlugin(sdk::Host host, const sdk::Config& config)
      : host_(host), behaviour_(config.string("behaviour")) {
    for (const char* const known : {"allow", "deny", "ask", "abstain", "throw", "oom", "timeout",
                                    "late_allow", "crash", "unloaded", "bad_enum", "wrong_digest"})
      if (behaviour_ == known) return;
    throw sdk::Error("no plugin behaves like '" + behaviour_ + "'", CLAIF_E_ARG);
  }

  static claif_status decide(void* self,
                             const claif_tool_call* call,
                             claif_verdict* out,
                             claif_op* op) noexcept {
    return static_cast<TestPlugin*>(self)->answer(*call, *out, op);
  }

 private:
  claif_status answer(const claif_tool_call& call, claif_verdict& out, claif_op* op) noexcept {
    if (behaviour_ == "allow") return give(sdk::Verdict::allow(), call, out);
    if (behaviour_ == "deny") return give(sdk::Verdict::deny("it always denies"), call, out);
    if (behaviour_ == "ask") return give(sdk::Verdict::ask("it always asks"), call, out);
    if (behaviour_ == "abstain") return give(sdk::Verdict::abstain(), call, out);
    if (behaviour_ == "throw" || behaviour_ == "oom") {
      try {
        if (behaviour_ == "oom") throw std::bad_alloc();
        throw std::runtime_error("it always throws");
      } catch (...) {  // as the SDK does
        return sdk::fill_from_current_exception(nullptr);
      }
    }
    if (behaviour_ == "bad_enum" || behaviour_ == "wrong_digest") {
      give(sdk::Verdict::allow(), call, out);
      if (behaviour_ == "bad_enum") out.decision = 7;
      if (behaviour_ == "wrong_digest") out.args_sha256[0] ^= 1;
      return CLAIF_OK;
    }
    if (behaviour_ == "crash" || behaviour_ == "unloaded") {  // as the host of a worker tells it
      sdk::Op(op).fail(CLAIF_E_UNAVAILABLE, "the plugin is gone");
      return CLAIF_PENDING;
    }
    keep(sdk::PendingVerdict(sdk::Op(op), sdk::ToolCall(&call)));
    return CLAIF_PENDING;
  }

  static claif_status give(const sdk::Verdict& verdict,
                           const claif_tool_call& call,
                           claif_verdict& out) {
    verdict.store(call, &out);
    return CLAIF_OK;
  }

  // Sits on the question for one and a half deadlines; then late_allow allows, and timeout still
  // has no answer.
  void keep(sdk::PendingVerdict later) noexcept {
    try {
      const auto left = static_cast<int64_t>(later.deadline_ns()) - host_.now().count();
      auto task = std::make_unique<Late>(Late{
          std::move(later), std::chrono::nanoseconds(left * 3 / 2), behaviour_ == "late_allow"});
      host_.post(&TestPlugin::wait, task.get());
      task.release();
    } catch (...) {  // then it fails at once
    }
  }
  struct Late {
    sdk::PendingVerdict verdict;
    std::chrono::nanoseconds patience;
    bool allows;
  };
  static void wait(void* raw) {
    const std::unique_ptr<Late> late(static_cast<Late*>(raw));
    std::this_thread::sleep_for(late->patience);
    if (late->allows) late->verdict.answer(sdk::Verdict::allow());
  }

  sdk::Host host_;
  std::string behaviour_;
};

const claif_entry* test_plugin(uint32_t) noexcept {
  static constexpr const char* provides[] = {CLAIF_APPROVAL_ID, nullptr};
  static constexpr claif_descriptor descriptor{
      sizeof descriptor, CLAIF_ABI_MINOR, 0,     "claif.cases.plugin",
      "TestPlugin",      "0.1.0",         "MIT", nullptr,
      provides,          nullptr};
  static constexpr claif_approval_v1 table{sizeof table, 0, &TestPlugin::decide};
  static constexpr claif_entry entry{
      sizeof entry,
      CLAIF_ABI_MAJOR,
      &descriptor,
      [](const claif_host* host, claif_str config, void** self,
         claif_error* error) noexcept -> claif_status {
        try {
          *self = new TestPlugin(sdk::Host(host), sdk::Config(sdk::view(config)));
          return CLAIF_OK;
        } catch (...) {
          return sdk::fill_from_current_exception(error);
        }
      },
      [](void* self) noexcept { delete static_cast<TestPlugin*>(self); },
      [](void*, const char* id) noexcept -> const void* {
        return std::string_view(id) == CLAIF_APPROVAL_ID ? &table : nullptr;
      }};
  return &entry;
}

}  // namespace

std::span<const plugin::StaticPlugin> test_plugins() {
  static constexpr plugin::StaticPlugin kPlugins[] = {{"approval-case-plugin", &test_plugin}};
  return kPlugins;
}

}  // namespace claif::cases
