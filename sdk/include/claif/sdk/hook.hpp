// Hook plugins: a class with any of on_request, on_event, on_response.
#pragma once

#include <claif/abi/hook.h>
#include <claif/sdk/op.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace claif::sdk {

// What a hook was called with, valid for the call.
class HookInput {
 public:
  explicit HookInput(const claif_hook_input* input) noexcept : input_(input) {}
  uint64_t request() const noexcept { return input_->request; }
  std::string_view session() const noexcept { return view(input_->session); }
  std::string_view tenant() const noexcept { return view(input_->tenant); }
  std::string_view model() const noexcept { return view(input_->model); }
  std::string_view body() const noexcept { return view(input_->body); }

 private:
  const claif_hook_input* input_;
};

// What a hook wants done. To refuse a request, throw Error.
class HookResult {
 public:
  static HookResult unchanged() { return {}; }
  static HookResult replace(std::string body) { return {false, std::move(body)}; }
  static HookResult drop() { return {false, std::string()}; }  // event phase
  static HookResult answer(std::string message_json) {
    return {true, std::move(message_json)};
  }  // request phase

  void finish(Op& op) {
    if (!body_) return op.finish();
    if (!answers_) return op.finish(std::move(*body_));
    op.emit(CLAIF_EMIT_MESSAGE, *body_);
    op.finish();
  }

 private:
  HookResult() = default;
  HookResult(bool answers, std::string body) : answers_(answers), body_(std::move(body)) {}
  bool answers_ = false;
  std::optional<std::string> body_;
};

template <class P>
concept HooksRequest = requires(P& p, const HookInput& in) {
  { p.on_request(in) } -> std::same_as<HookResult>;
};
template <class P>
concept HooksEvent = requires(P& p, const HookInput& in) {
  { p.on_event(in) } -> std::same_as<HookResult>;
};
template <class P>
concept HooksResponse = requires(P& p, const HookInput& in) {
  p.on_response(in);
};
template <class P>
concept Hook = HooksRequest<P> || HooksEvent<P> || HooksResponse<P>;

template <class P>
struct HookGlue {
  static constexpr uint32_t kPhases = (HooksRequest<P> ? uint32_t{CLAIF_PHASE_REQUEST} : 0u) |
                                      (HooksEvent<P> ? uint32_t{CLAIF_PHASE_EVENT} : 0u) |
                                      (HooksResponse<P> ? uint32_t{CLAIF_PHASE_RESPONSE} : 0u);
  static void run(void* self, const claif_hook_input* input, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      P& plugin = *static_cast<P*>(self);
      if constexpr (HooksRequest<P>) {
        if (input->phase == CLAIF_PHASE_REQUEST)
          return plugin.on_request(HookInput(input)).finish(op);
      }
      if constexpr (HooksEvent<P>) {
        if (input->phase == CLAIF_PHASE_EVENT) return plugin.on_event(HookInput(input)).finish(op);
      }
      if constexpr (HooksResponse<P>) {
        if (input->phase == CLAIF_PHASE_RESPONSE) plugin.on_response(HookInput(input));
      }
      (void)plugin;
    });
  }
};

}  // namespace claif::sdk
