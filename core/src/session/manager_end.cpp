// The end of sessions, and their return: trash, backups, compaction.
#include "base/ids.hpp"
#include "session/description.hpp"

#include <utility>

namespace claif::session {

Task<Result<void>> Manager::erase(Caller caller, std::string id) {
  auto owning = own(caller, id);
  auto mine = co_await std::move(owning);
  if (!mine) co_return fail(std::move(mine.error()));
  OpenSession& session = *mine->session;
  if (session.damage.empty()) {  // a tombstone: whatever happens next, it is gone
    Record record;
    record.kind = RecordKind::deleted;
    record.at = loop(caller).clock().wall_ms();
    Write out;
    out.json = encode(record);
    auto writing = write(caller, session, std::move(out));
    auto written = co_await std::move(writing);
    if (!written) co_return fail(std::move(written.error()));
  }
  auto erasing = plugin::store_erase(caller.store, id, limits_.store_timeout);
  auto erased = co_await std::move(erasing);
  session.forget();
  open_.resized(session);
  if (!erased && erased.error().code != Errc::not_found) co_return fail(std::move(erased.error()));
  tell("deleted", id);
  co_return Result<void>();
}

Task<Result<Summary>> Manager::taken_back(Caller caller, std::string id, plugin::RestoreFrom from) {
  auto accessing = access(caller, id);
  auto mine = co_await std::move(accessing);
  if (!mine) co_return fail(std::move(mine.error()));
  OpenSession& session = *mine->session;
  if (from == plugin::RestoreFrom::backup) {  // whose is it, if it is there at all?
    auto looking = refresh(caller, session);
    const auto looked = co_await std::move(looking);
    if (looked && session.state.exists() && session.state.head().owner != caller.owner)
      co_return fail(Errc::not_found, "there is no session '" + id + "'");
  }
  auto restoring = plugin::store_restore(caller.store, id, from, limits_.store_timeout);
  auto restored = co_await std::move(restoring);
  if (!restored) co_return fail(std::move(restored.error()));
  session.forget();
  auto refreshing = refresh(caller, session);
  auto fresh = co_await std::move(refreshing);
  if (!fresh) co_return fail(std::move(fresh.error()));
  if (session.state.head().owner != caller.owner) {
    auto erasing = plugin::store_erase(caller.store, id, limits_.store_timeout);
    const auto erased = co_await std::move(erasing);
    session.forget();
    static_cast<void>(erased);
    co_return fail(Errc::not_found, "there is no session '" + id + "'");
  }
  if (session.state.deleted()) {
    Record record;
    record.kind = RecordKind::undeleted;
    record.at = loop(caller).clock().wall_ms();
    Write out;
    out.json = encode(record);
    auto writing = write(caller, session, std::move(out));
    auto written = co_await std::move(writing);
    if (!written) co_return fail(std::move(written.error()));
  }
  auto describing = describe(caller, session);
  co_await std::move(describing);
  tell("undeleted", id);
  co_return summary_of(session);
}

Task<Result<Summary>> Manager::undelete(Caller caller, std::string id) {
  auto taking = taken_back(std::move(caller), std::move(id), plugin::RestoreFrom::trash);
  co_return co_await std::move(taking);
}

Task<Result<Summary>> Manager::recover(Caller caller, std::string id) {
  auto taking = taken_back(std::move(caller), std::move(id), plugin::RestoreFrom::backup);
  co_return co_await std::move(taking);
}

Task<Result<void>> Manager::maintain(Caller caller) {
  auto maintaining = plugin::store_maintain(caller.store, limits_.trash, limits_.store_timeout);
  co_return co_await std::move(maintaining);
}

Task<Result<void>> Manager::compact(Caller caller, std::string id) {
  auto owning = own(caller, id);
  auto mine = co_await std::move(owning);
  if (!mine) co_return fail(std::move(mine.error()));
  OpenSession& session = *mine->session;
  if (!session.damage.empty())
    co_return fail(Errc::internal, "the session '" + id + "' is damaged: " + session.damage);
  auto compacting = plugin::store_compact(caller.store, id, session.records,
                                          session.state.snapshot(), limits_.store_timeout);
  auto compacted = co_await std::move(compacting);
  if (!compacted) co_return compacted;
  session.forget();
  auto refreshing = refresh(caller, session);
  co_return co_await std::move(refreshing);
}

}  // namespace claif::session
