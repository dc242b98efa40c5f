// Session stores as the core sees them. A store of minor 0 has only load, append, list and erase:
// `store_read` and `store_append_once` make do with them, the rest is unsupported.
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

// To the trash. not_found: no such session.
Task<Result<void>> store_erase(CallSite site, std::string session, Millis deadline);

struct SessionPage {
  std::vector<std::string> items;  // JSON objects: id, records, bytes, updated_ms, listing
  std::string next;                // empty: the last page
};
Task<Result<SessionPage>> store_list(CallSite site,
                                     std::string cursor,
                                     uint32_t limit,
                                     Millis deadline);

// What a session has after a number of records.
struct SessionTail {
  std::vector<std::string> records;
  uint64_t count = 0;  // of all records
  uint64_t base = 0;   // more than was asked after: the first record stands for so many
  std::string epoch;   // empty: the store tells none
  std::string damage;  // what is wrong; the good records are there
};
// not_found: no such session.
Task<Result<SessionTail>> store_read(CallSite site,
                                     std::string session,
                                     uint64_t after,
                                     Millis deadline);

struct OnceRecord {
  std::string session, id, epoch, record;
  uint64_t expect = 0;
};
// The number of the record; once more with the same id, it is the same. conflict: another number of
// records is expected, or the epoch is another. internal, timeout: perhaps; call again.
Task<Result<uint64_t>> store_append_once(CallSite site, OnceRecord record, Millis deadline);

Task<Result<void>> store_compact(
    CallSite site, std::string session, uint64_t upto, std::string record, Millis deadline);

struct SessionDescription {
  std::string session, epoch, listing, title, text;
  uint64_t records = 0, from = 0;
};
// conflict: text is missing before `from`.
Task<Result<void>> store_describe(CallSite site, SessionDescription description, Millis deadline);
// The ids of up to `limit` sessions that need a description.
Task<Result<std::vector<std::string>>> store_undescribed(CallSite site,
                                                         uint32_t limit,
                                                         Millis deadline);

struct SessionFilter {
  std::string text, match, cursor;
  int64_t since_ms = 0, until_ms = 0;
  uint32_t limit = 0;
};
Task<Result<SessionPage>> store_find(CallSite site, SessionFilter filter, Millis deadline);

enum class RestoreFrom : uint32_t { trash = 1, backup = 2 };
// The number of records that the session has now.
Task<Result<uint64_t>> store_restore(CallSite site,
                                     std::string session,
                                     RestoreFrom from,
                                     Millis deadline);
Task<Result<void>> store_maintain(CallSite site, Millis trash, Millis deadline);

}  // namespace claif::plugin
