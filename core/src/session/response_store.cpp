#include "session/response_store.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <utility>

namespace claif::session {

ResponseStore::ResponseStore(plugin::CallSite site, Millis timeout, std::string owner)
    : site_(site), timeout_(timeout), owner_(std::move(owner)) {}

std::string ResponseStore::mark(std::string_view id) const {
  return hex(sha256(std::string(id) + '\n' + owner_));
}

Task<Result<void>> ResponseStore::keep(std::string id, ResponseRecord response) {
  std::string record = encode_response_record(response, mark(id));
  auto appending = plugin::store_append(site_, std::move(id), 0, std::move(record), timeout_);
  auto appended = co_await std::move(appending);
  if (!appended) co_return fail(std::move(appended.error()));
  co_return Result<void>();
}

Task<Result<ResponseRecord>> ResponseStore::find(std::string id) {
  auto loading = plugin::store_load(site_, id, timeout_);
  auto records = co_await std::move(loading);
  if (!records) co_return fail(std::move(records.error()));
  if (records->empty()) co_return fail(Errc::not_found, "the session has no record");
  co_return decode_response_record(std::move(records->front()), mark(id));
}

Task<Result<ResponseChain>> ResponseStore::chain(std::string id, size_t most) {
  ResponseChain out;
  size_t bytes = 0;
  while (!id.empty()) {
    auto finding = find(id);
    auto found = co_await std::move(finding);
    if (!found && found.error().code == Errc::not_found) {
      out.missing = std::move(id);
      break;
    }
    if (!found) co_return fail(std::move(found.error()));
    // Also what ends a chain that is a circle.
    bytes += found->input.size() + found->object.size();
    if (bytes > most)
      co_return fail(Errc::too_large, "the responses that this one follows have more than " +
                                          std::to_string(most) + " bytes together");
    id = found->previous;
    out.responses.push_back(std::move(*found));
  }
  std::reverse(out.responses.begin(), out.responses.end());
  co_return out;
}

Task<Result<void>> ResponseStore::erase(std::string id) {
  auto finding = find(id);
  auto found = co_await std::move(finding);
  if (!found) co_return fail(std::move(found.error()));
  auto erasing = plugin::store_erase(site_, std::move(id), timeout_);
  co_return co_await std::move(erasing);
}

}  // namespace claif::session
