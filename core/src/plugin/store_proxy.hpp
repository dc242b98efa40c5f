// Session stores as the core sees them.
#pragma once

#include "plugin/call.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace claif::plugin {

// not_found: no such session. internal: damage; the message says which record.
Task<Result<std::vector<std::string>>> store_load(CallSite site,
                                                  std::string session,
                                                  Millis deadline);
// The session's new number of records. conflict: it does not have `expect` of them.
Task<Result<uint64_t>> store_append(
    CallSite site, std::string session, uint64_t expect, std::string record, Millis deadline);

// not_found: no such session.
Task<Result<void>> store_erase(CallSite site, std::string session, Millis deadline);

struct SessionPage {
  std::vector<std::string> items;  // JSON objects: id, records, bytes, updated_ms
  std::string next;                // empty: the last page
};
Task<Result<SessionPage>> store_list(CallSite site,
                                     std::string cursor,
                                     uint32_t limit,
                                     Millis deadline);

}  // namespace claif::plugin
