// Session stores: a class with load, append, list and erase, each of which finishes its Op. A store
// that can more has all the members of FullSessionStore.
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

// A record to append once (claif_append). Views, valid during the call.
struct AppendOnce {
  uint64_t expect = CLAIF_SEQ_ANY;
  std::string_view session, id, epoch, record;
};

// claif_description. Views, valid during the call.
struct Description {
  uint64_t records = 0, from = 0;
  std::string_view session, epoch, listing, title, text;
};

// claif_query. Views, valid during the call.
struct SessionQuery {
  std::string_view text, match, cursor;
  int64_t since_ms = 0, until_ms = 0;
  uint32_t limit = 0;
};

template <class P>
concept FullSessionStore = SessionStore<P> && requires(P& p,
                                                       std::string_view s,
                                                       uint64_t n,
                                                       uint32_t m,
                                                       const AppendOnce& record,
                                                       const Description& description,
                                                       const SessionQuery& query,
                                                       Op& op) {
  p.read(s, n, op);
  p.append_once(record, op);
  p.compact(s, n, s, op);
  p.describe(description, op);
  p.undescribed(m, op);
  p.find(query, op);
  p.restore(s, m, op);
  p.maintain(n, op);
};

template <class P>
struct StoreGlue {
  static void load(void* self, claif_str session, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).load(view(session), op); });
  }
  static void append(
      void* self, claif_str session, uint64_t expect, claif_str record, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).append(view(session), expect, view(record), op); });
  }
  static void list(void* self, claif_str cursor, uint32_t limit, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).list(view(cursor), limit, op); });
  }
  static void erase(void* self, claif_str session, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).erase(view(session), op); });
  }
  static void read(void* self, claif_str session, uint64_t after, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).read(view(session), after, op); });
  }
  static void append_once(void* self, const claif_append* a, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      const AppendOnce record{a->expect, view(a->session), view(a->id), view(a->epoch),
                              view(a->record)};
      plugin(self).append_once(record, op);
    });
  }
  static void compact(
      void* self, claif_str session, uint64_t upto, claif_str record, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).compact(view(session), upto, view(record), op); });
  }
  static void describe(void* self, const claif_description* d, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      const Description description{d->records,     d->from,          view(d->session),
                                    view(d->epoch), view(d->listing), view(d->title),
                                    view(d->text)};
      plugin(self).describe(description, op);
    });
  }
  static void undescribed(void* self, uint32_t limit, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).undescribed(limit, op); });
  }
  static void find(void* self, const claif_query* q, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      const SessionQuery query{view(q->text), view(q->match), view(q->cursor),
                               q->since_ms,   q->until_ms,    q->limit};
      plugin(self).find(query, op);
    });
  }
  static void restore(void* self, claif_str session, uint32_t from, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).restore(view(session), from, op); });
  }
  static void maintain(void* self, uint64_t trash_ms, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { plugin(self).maintain(trash_ms, op); });
  }

  static constexpr claif_store_v1 table(uint32_t flags) {
    claif_store_v1 out{};
    out.size = sizeof out;
    out.flags = flags;
    out.load = &load;
    out.append = &append;
    out.list = &list;
    out.erase = &erase;
    if constexpr (FullSessionStore<P>) {
      out.read = &read;
      out.append_once = &append_once;
      out.compact = &compact;
      out.describe = &describe;
      out.undescribed = &undescribed;
      out.find = &find;
      out.restore = &restore;
      out.maintain = &maintain;
    }
    return out;
  }

 private:
  static P& plugin(void* self) noexcept { return *static_cast<P*>(self); }
};

}  // namespace claif::sdk
