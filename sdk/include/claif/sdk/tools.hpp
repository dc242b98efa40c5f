// Tool providers: a class with list, invoke and cancel.
#pragma once

#include <claif/abi/tools.h>
#include <claif/sdk/approval.hpp>

#include <concepts>

namespace claif::sdk {

template <class P>
concept Tools = requires(P& p, const ToolCall& call, Op op, uint64_t id) {
  p.list(std::move(op));
  p.invoke(call, std::move(op));
  p.cancel(id);
};

template <class P>
struct ToolsGlue {
  static void list(void* self, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { static_cast<P*>(self)->list(std::move(op)); });
  }
  static void invoke(void* self, const claif_tool_call* call, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { static_cast<P*>(self)->invoke(ToolCall(call), std::move(op)); });
  }
  static void cancel(void* self, uint64_t id) noexcept {
    try {
      static_cast<P*>(self)->cancel(id);
    } catch (...) {  // a hint only
    }
  }
};

}  // namespace claif::sdk
