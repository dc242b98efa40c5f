// Looking at sessions: one, many, those that match.
#include "base/json.hpp"
#include "session/description.hpp"

#include <utility>

namespace claif::session {
namespace {

constexpr uint32_t kDescribeAtOnce = 64;
constexpr uint32_t kMaxPage = 1'000;

}  // namespace

Task<Result<Shown>> Manager::show(Caller caller, std::string id) {
  auto owning = own(caller, id);
  auto mine = co_await std::move(owning);
  if (!mine) co_return fail(std::move(mine.error()));
  Shown out;
  out.summary = summary_of(*mine->session);
  for (const ListedMessage& message : mine->session->state.messages())
    out.messages.push_back({message.id, std::string(message.json), message.at});
  co_return out;
}

// Sessions of which the store knows too little: a process ended between an append and its
// description, or the catalogue was lost.
Task<void> Manager::describe_others(const Caller& caller) {
  std::string first;  // of the page before: the same again means that it cannot be described
  for (;;) {
    auto asking = plugin::store_undescribed(caller.store, kDescribeAtOnce, limits_.store_timeout);
    const auto ids = co_await std::move(asking);
    if (!ids || ids->empty() || ids->front() == first) co_return;
    first = ids->front();
    for (const std::string& id : *ids) {
      auto accessing = access(caller, id);
      auto any = co_await std::move(accessing);
      if (!any) continue;
      auto refreshing = refresh(caller, *any->session);
      const auto fresh = co_await std::move(refreshing);
      if (!fresh || !any->session->state.exists()) continue;
      if (any->session->state.deleted()) {  // a deletion that did not come to its end
        auto erasing = plugin::store_erase(caller.store, id, limits_.store_timeout);
        const auto erased = co_await std::move(erasing);
        if (erased) any->session->forget();
        continue;
      }
      any->session->described = 0;
      auto describing = describe(caller, *any->session);
      co_await std::move(describing);
    }
  }
}

Task<Result<Page>> Manager::list(Caller caller, Filter filter) {
  if (filter.limit == 0 || filter.limit > kMaxPage)
    co_return fail(Errc::invalid_request, "limit must be between 1 and 1000");
  if (!filter.metadata.empty()) {
    auto checked = merge_metadata("", filter.metadata);
    if (!checked) co_return fail(std::move(checked.error()));
  }
  if (filter.cursor.empty()) {
    auto describing = describe_others(caller);
    co_await std::move(describing);
  }
  plugin::SessionFilter wanted;
  wanted.match = match_of(caller.owner, filter);
  wanted.text = std::move(filter.text);
  wanted.cursor = std::move(filter.cursor);
  wanted.since_ms = filter.since_ms;
  wanted.until_ms = filter.until_ms;
  wanted.limit = filter.limit;
  auto finding = plugin::store_find(caller.store, std::move(wanted), limits_.store_timeout);
  auto found = co_await std::move(finding);
  if (!found) co_return fail(std::move(found.error()));
  Page out;
  out.next = std::move(found->next);
  for (std::string& item : found->items) {
    auto summary = summary_of_item(std::move(item));
    if (!summary) co_return fail(std::move(summary.error()));
    out.sessions.push_back(std::move(*summary));
  }
  co_return out;
}

}  // namespace claif::session
