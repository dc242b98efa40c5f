// How a session is reached, read and written; turns. What makes, lists and ends sessions is in
// manager_make.cpp, manager_list.cpp and manager_end.cpp.
#include "session/manager.hpp"

#include "base/ids.hpp"
#include "session/description.hpp"

#include <algorithm>
#include <utility>

namespace claif::session {
namespace {

constexpr int kAttempts = 3;

Error not_there(std::string_view id) {
  Error error;
  error.code = Errc::not_found;
  error.param = "session";
  error.message = "there is no session '" + std::string(id) + "'";
  return error;
}

// Another call with the same id of the record tells, or mends.
bool may_be_stored(const Error& error) {
  return error.code == Errc::internal || error.code == Errc::timeout;
}

}  // namespace

Manager::Manager(Limits limits, Templates templates)
    : limits_(limits),
      templates_(std::move(templates)),
      open_(limits.open_sessions, limits.open_bytes) {}

Task<Result<Manager::Access>> Manager::access(const Caller& caller, std::string_view id) {
  if (!is_session_id(id))
    co_return fail(Errc::invalid_request,
                   "a session's id has 1 to 64 letters, digits, '_' and '-'");
  Access out{open_.get(id), {}};
  auto entering = out.session->access.enter(loop(caller), 2 * limits_.store_timeout);
  out.hold = co_await std::move(entering);
  if (!out.hold) co_return fail(Errc::unavailable, "the session '" + std::string(id) + "' is busy");
  co_return out;
}

Task<Result<void>> Manager::refresh(const Caller& caller, OpenSession& session) {
  for (;;) {
    const uint64_t after = session.damage.empty() ? session.records : 0;
    if (after == 0) session.forget();
    auto reading = plugin::store_read(caller.store, session.id, after, limits_.store_timeout);
    auto tail = co_await std::move(reading);
    if (!tail) {
      if (tail.error().code == Errc::not_found) session.forget();
      if (tail.error().code == Errc::not_found) co_return Result<void>();
      co_return fail(std::move(tail.error()));
    }
    const bool another = after > 0 && (tail->epoch != session.epoch || tail->count < after ||
                                       tail->base > after || !tail->damage.empty());
    if (another) {  // what is known is of no use: from the beginning
      session.forget();
      continue;
    }
    session.epoch = std::move(tail->epoch);
    session.damage = std::move(tail->damage);
    uint64_t number = after == 0 && tail->base > 0 ? tail->base - 1 : after;
    for (std::string& record : tail->records) {
      auto applied = session.state.apply(++number, std::move(record));
      if (!applied && session.damage.empty())
        session.damage = "record " + std::to_string(number) + ": " + applied.error().message;
    }
    session.records = tail->count;
    open_.resized(session);
    co_return Result<void>();
  }
}

Task<Result<Manager::Access>> Manager::own(const Caller& caller, std::string_view id) {
  auto accessing = access(caller, id);
  auto mine = co_await std::move(accessing);
  if (!mine) co_return mine;
  auto refreshing = refresh(caller, *mine->session);
  auto fresh = co_await std::move(refreshing);
  if (!fresh) co_return fail(std::move(fresh.error()));
  const State& state = mine->session->state;
  if (!state.exists() || state.deleted() || state.head().owner != caller.owner)
    co_return fail(not_there(id));
  co_return mine;
}

Task<Result<void>> Manager::write(const Caller& caller, OpenSession& session, Write write) {
  if (!session.damage.empty())
    co_return fail(Errc::internal, "the session '" + session.id + "' is damaged (" +
                                       session.damage +
                                       "): recover it from a backup before it goes on");
  if (write.id.empty()) write.id = random_id("rec_");
  const Nanos end = loop(caller).clock().now() + limits_.store_timeout;
  bool perhaps = false;  // an earlier attempt may have stored it
  for (int attempt = 1;; ++attempt) {
    const bool moved_on =
        write.conversation != UINT64_MAX && session.state.conversation() != write.conversation;
    if (!perhaps && (moved_on || (write.creates && session.state.exists())))
      co_return fail(Errc::conflict, write.creates
                                         ? "there is a session '" + session.id + "' already"
                                         : "the session '" + session.id +
                                               "' went on meanwhile: somebody else added a turn");
    const auto left = std::chrono::duration_cast<Millis>(end - loop(caller).clock().now());
    plugin::OnceRecord record{session.id, write.id, session.epoch, write.json, session.records};
    auto appending = plugin::store_append_once(caller.store, std::move(record), left);
    auto number = co_await std::move(appending);
    if (number && *number == session.records + 1) {
      session.records = *number;
      auto applied = session.state.apply(*number, std::move(write.json));
      open_.resized(session);
      co_return applied;
    }
    const bool again =
        !number && (may_be_stored(number.error()) || number.error().code == Errc::conflict);
    const bool late = loop(caller).clock().now() >= end;
    if (!number && (!again || attempt == kAttempts || late))
      co_return fail(std::move(number.error()));
    perhaps |= number || may_be_stored(number.error());
    auto refreshing = refresh(caller, session);
    auto fresh = co_await std::move(refreshing);
    if (number) co_return fresh;  // stored by an attempt before, and now known
    if (!fresh && attempt + 1 == kAttempts) co_return fresh;
  }
}

Task<void> Manager::describe(const Caller& caller, OpenSession& session) {
  uint64_t from = session.described < session.state.rewritten() ? 0 : session.described;
  for (int attempt = 0; attempt < 2; ++attempt, from = 0) {
    plugin::SessionDescription description = description_of(session.state, from);
    description.session = session.id;
    description.epoch = session.epoch;
    description.records = session.records;
    description.from = from;
    auto describing =
        plugin::store_describe(caller.store, std::move(description), limits_.store_timeout);
    const auto described = co_await std::move(describing);
    if (described) session.described = session.records;
    if (described || described.error().code != Errc::conflict) co_return;
  }
}

Task<void> Manager::describe_later(Caller caller, Session session) {
  auto entering = session->access.enter(loop(caller), limits_.store_timeout);
  const Strand::Hold hold = co_await std::move(entering);
  if (!hold || session->described == session->records) co_return;
  auto describing = describe(caller, *session);
  co_await std::move(describing);
}

Task<Result<Conversation>> Manager::converse(Caller caller, std::string id) {
  if (!is_session_id(id))
    co_return fail(Errc::invalid_request,
                   "a session's id has 1 to 64 letters, digits, '_' and '-'");
  Conversation out;
  out.session_ = open_.get(id);
  auto entering = out.session_->turns.enter(loop(caller), limits_.turn_patience);
  out.hold_ = co_await std::move(entering);
  if (!out.hold_)
    co_return fail(Errc::conflict, "another request of the session '" + id + "' does not end");
  auto accessing = access(caller, id);
  auto mine = co_await std::move(accessing);
  if (!mine) co_return fail(std::move(mine.error()));
  auto refreshing = refresh(caller, *mine->session);
  auto fresh = co_await std::move(refreshing);
  if (!fresh) co_return fail(std::move(fresh.error()));
  const OpenSession& session = *mine->session;
  if (session.state.exists() &&
      (session.state.deleted() || session.state.head().owner != caller.owner))
    co_return fail(not_there(id));
  if (!session.damage.empty())
    co_return fail(Errc::internal, "the session '" + id + "' is damaged (" + session.damage +
                                       "): recover it from a backup before it goes on");
  out.history_ = session.state.history();
  out.system_ = session.state.head().system;
  out.turns_ = session.state.turn_count();
  out.seen_ = session.state.conversation();
  co_return out;
}

Task<Result<uint64_t>> Manager::add_turn(Caller caller, Conversation& conversation, Turn turn) {
  const std::string id = conversation.session_->id;
  auto accessing = access(caller, id);
  auto mine = co_await std::move(accessing);
  if (!mine) co_return fail(std::move(mine.error()));
  OpenSession& session = *conversation.session_;
  Write out;
  if (turn.id.empty()) turn.id = random_id("turn_");
  out.id = turn.id;
  out.conversation = conversation.seen_;
  Record record;
  record.kind = RecordKind::turn;
  record.at = turn.at;
  if (!session.state.exists()) {
    record.head.emplace();
    record.head->owner = caller.owner;
  }
  record.turns.push_back(std::move(turn));
  out.json = encode(record);
  const bool is_new = record.head.has_value();
  auto writing = write(caller, session, std::move(out));
  auto written = co_await std::move(writing);
  if (!written) co_return fail(std::move(written.error()));
  conversation.seen_ = session.state.conversation();
  if (is_new) tell("created", id);
  tell("message_added", id);
  spawn(describe_later(caller, conversation.session_));
  co_return session.state.turn_count();
}

Task<Result<Summary>> Manager::mark(Caller caller,
                                    std::string id,
                                    Record record,
                                    std::string_view event) {
  auto owning = own(caller, id);
  auto mine = co_await std::move(owning);
  if (!mine) co_return fail(std::move(mine.error()));
  record.at = loop(caller).clock().wall_ms();
  Write out;
  out.json = encode(record);
  auto writing = write(caller, *mine->session, std::move(out));
  auto written = co_await std::move(writing);
  if (!written) co_return fail(std::move(written.error()));
  auto describing = describe(caller, *mine->session);
  co_await std::move(describing);
  tell(event, id);
  co_return summary_of(*mine->session);
}

Task<Result<Summary>> Manager::update(Caller caller, std::string id, Change change) {
  Record record;
  record.kind = RecordKind::update;
  record.title = std::move(change.title);
  if (record.title) {
    auto checked = check_title(*record.title);
    if (!checked) co_return fail(std::move(checked.error()));
  }
  record.metadata = std::move(change.metadata);
  if (!record.metadata.empty()) {
    auto checked = merge_metadata("", record.metadata);
    if (!checked) co_return fail(std::move(checked.error()));
  }
  auto marking = mark(std::move(caller), std::move(id), std::move(record), "updated");
  co_return co_await std::move(marking);
}

Task<Result<Summary>> Manager::checkpoint(Caller caller, std::string id, std::string name) {
  if (!is_session_id(name))
    co_return fail(Errc::invalid_request,
                   "a checkpoint's name has 1 to 64 letters, digits, '_' and '-'");
  Record record;
  record.kind = RecordKind::checkpoint;
  record.name = std::move(name);
  auto marking = mark(std::move(caller), std::move(id), std::move(record), "checkpointed");
  co_return co_await std::move(marking);
}

Task<Result<Summary>> Manager::restore(Caller caller, std::string id, std::string name) {
  {
    auto owning = own(caller, id);
    auto mine = co_await std::move(owning);
    if (!mine) co_return fail(std::move(mine.error()));
    if (!mine->session->state.checkpoints().contains(name))
      co_return fail(Errc::not_found, "the session '" + id + "' has no checkpoint '" + name + "'");
  }
  Record record;
  record.kind = RecordKind::restore;
  record.name = std::move(name);
  auto marking = mark(std::move(caller), std::move(id), std::move(record), "restored");
  co_return co_await std::move(marking);
}

}  // namespace claif::session
