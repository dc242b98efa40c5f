// Session stores: a class with load, append, list and erase, each of which finishes its Op.
#pragma once

#include <claif/abi/session_store.h>
#include <claif/sdk/op.hpp>

#include <concepts>
#include <string_view>

namespace claif::sdk {

// The members may also return early: an exception fails the operation, and an Op that was not moved
// away is finished OK. Use Op::emit(CLAIF_EMIT_RECORD, ...) in load, CLAIF_EMIT_ITEM in list.
template <class P>
concept SessionStore = requires(P& p, std::string_view s, uint64_t expect, uint32_t limit, Op& op) {
  p.load(s, op);
  p.append(s, expect, s, op);
  p.list(s, limit, op);
  p.erase(s, op);
};

template <class P>
struct StoreGlue {
  static void load(void* self, claif_str session, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { static_cast<P*>(self)->load(view(session), op); });
  }
  static void append(
      void* self, claif_str session, uint64_t expect, claif_str record, claif_op* raw) noexcept {
    answer(raw,
           [&](Op& op) { static_cast<P*>(self)->append(view(session), expect, view(record), op); });
  }
  static void list(void* self, claif_str cursor, uint32_t limit, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { static_cast<P*>(self)->list(view(cursor), limit, op); });
  }
  static void erase(void* self, claif_str session, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { static_cast<P*>(self)->erase(view(session), op); });
  }
};

}  // namespace claif::sdk
