// New sessions: empty ones, branches, merged ones.
#include "base/ids.hpp"
#include "base/json.hpp"
#include "session/description.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace claif::session {

Result<Head> Manager::head_of(const Caller& caller, const Creation& creation) const {
  if (!creation.id.empty() && !is_session_id(creation.id))
    return fail(Errc::invalid_request, "a session's id has 1 to 64 letters, digits, '_' and '-'");
  CLAIF_CHECK(check_title(creation.title));
  Head out;
  out.owner = caller.owner;
  out.title = creation.title;
  out.system = creation.system;
  if (!creation.template_name.empty()) {
    CLAIF_TRY(const Template* chosen, templates_.find(creation.template_name));
    out.template_name = chosen->name;
    if (out.system.empty()) out.system = chosen->system;
  }
  if (!creation.metadata.empty()) {
    CLAIF_TRY(out.metadata, merge_metadata("", creation.metadata));
  }
  return out;
}

Task<Result<Summary>> Manager::begin(
    Caller caller, Creation creation, Head head, std::vector<Turn> turns, std::string_view event) {
  const std::string id = creation.id.empty() ? random_id("ses_") : creation.id;
  auto accessing = access(caller, id);
  auto mine = co_await std::move(accessing);
  if (!mine) co_return fail(std::move(mine.error()));
  auto refreshing = refresh(caller, *mine->session);
  auto fresh = co_await std::move(refreshing);
  if (!fresh) co_return fail(std::move(fresh.error()));
  Record record;
  record.kind = RecordKind::session;
  record.at = loop(caller).clock().wall_ms();
  record.head = std::move(head);
  record.turns = std::move(turns);
  Write out;
  out.json = encode(record);
  out.creates = true;
  auto writing = write(caller, *mine->session, std::move(out));
  auto written = co_await std::move(writing);
  if (!written) co_return fail(std::move(written.error()));
  auto describing = describe(caller, *mine->session);
  co_await std::move(describing);
  tell(event, id);
  co_return summary_of(*mine->session);
}

Task<Result<Summary>> Manager::create(Caller caller, Creation creation) {
  auto head = head_of(caller, creation);
  if (!head) co_return fail(std::move(head.error()));
  std::vector<Turn> none;
  auto beginning =
      begin(std::move(caller), std::move(creation), std::move(*head), std::move(none), "created");
  co_return co_await std::move(beginning);
}

Task<Result<Summary>> Manager::branch(Caller caller,
                                      std::string id,
                                      std::string message,
                                      Creation creation) {
  auto head = head_of(caller, creation);
  if (!head) co_return fail(std::move(head.error()));
  std::vector<Turn> turns;
  {
    auto owning = own(caller, id);
    auto source = co_await std::move(owning);
    if (!source) co_return fail(std::move(source.error()));
    const State& state = source->session->state;
    auto chosen =
        message.empty() ? Result<std::vector<Turn>>(state.turns()) : state.turns_until(message);
    if (!chosen) co_return fail(std::move(chosen.error()));
    turns = std::move(*chosen);
    if (head->title.empty()) head->title = state.head().title;
    if (head->system.empty()) head->system = state.head().system;
    if (head->template_name.empty()) head->template_name = state.head().template_name;
    if (head->metadata.empty()) head->metadata = state.head().metadata;
    json::Writer from;
    from.array().object().key("session").string(id);
    if (!message.empty()) from.key("message").string(message);
    head->from = from.end_object().end_array().take();
  }
  auto beginning =
      begin(std::move(caller), std::move(creation), std::move(*head), std::move(turns), "branched");
  co_return co_await std::move(beginning);
}

Task<Result<Summary>> Manager::merge(Caller caller,
                                     std::vector<std::string> ids,
                                     MergeOrder order,
                                     Creation creation) {
  auto head = head_of(caller, creation);
  if (!head) co_return fail(std::move(head.error()));
  if (ids.size() < 2) co_return fail(Errc::invalid_request, "a merge needs two sessions or more");
  std::vector<Turn> turns;
  std::set<std::string> taken;
  json::Writer from;
  from.array();
  for (const std::string& id : ids) {
    auto owning = own(caller, id);
    auto source = co_await std::move(owning);
    if (!source) co_return fail(std::move(source.error()));
    for (Turn& turn : source->session->state.turns())
      if (taken.insert(turn.id).second) turns.push_back(std::move(turn));
    if (head->system.empty()) head->system = source->session->state.head().system;
    from.object().key("session").string(id).end_object();
  }
  head->from = from.end_array().take();
  if (order == MergeOrder::chronological)
    std::stable_sort(turns.begin(), turns.end(),
                     [](const Turn& a, const Turn& b) { return a.at < b.at; });
  auto beginning =
      begin(std::move(caller), std::move(creation), std::move(*head), std::move(turns), "merged");
  co_return co_await std::move(beginning);
}

}  // namespace claif::session
