// The records of a session: what its log holds, one JSON object each.
//
//   {"kind":"session","at":ms,"session":{head},"turns":[turn...]}   a new one; turns: of a branch,
//   a merge
//   {"kind":"turn","at":ms,"id","model","usage","messages":[...]}   "session": {head} when it is
//   the first
//   {"kind":"update","at":ms,"title","metadata"}                    metadata is merged; null
//   removes
//   {"kind":"checkpoint"|"restore","at":ms,"name"}
//   {"kind":"deleted"|"undeleted","at":ms}
//
// A record without "kind" is a turn of the first version, which had no heads.
#pragma once

#include <claif/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::session {

// What a session is, apart from its turns.
struct Head {
  std::string owner;  // a mark of whose it is; see owner_mark
  std::string title;  // empty: the beginning of what was said first
  std::string template_name;
  std::string system;    // a system prompt
  std::string metadata;  // JSON object; empty: none
  std::string from;      // JSON list of {"session","message"} that it was made of; empty: none
};

// A request and its answer.
struct Turn {
  std::string id;  // of the turn, the same in every session that has a copy of it
  int64_t at = 0;  // ms since 1970
  std::string model;
  std::string usage;                  // Anthropic's JSON; empty: unknown
  std::vector<std::string> messages;  // Anthropic's JSON; the last is Claude's
};

enum class RecordKind { session, turn, update, checkpoint, restore, deleted, undeleted };

// A checkpoint as a compacted session keeps it: which of the record's turns it has.
struct KeptCheckpoint {
  std::string name;
  int64_t at = 0;
  std::vector<uint32_t> turns;
};

struct Record {
  RecordKind kind = RecordKind::turn;
  int64_t at = 0;
  std::optional<Head> head;
  std::vector<Turn> turns;
  std::optional<std::string> title;  // update
  std::string metadata;              // update: a merge patch; empty: none
  std::string name;                  // checkpoint, restore
  // Only in what a session was compacted to: which turns are in use (absent: all), the checkpoints.
  std::optional<std::vector<uint32_t>> live;
  std::vector<KeptCheckpoint> checkpoints;
};

std::string encode(const Record& record);
// internal: it is no such record.
Result<Record> decode_record(std::string json);

// A turn from the elements of "messages" that a request added, with commas between, and the message
// that answered. internal: they are none.
Result<Turn> make_turn(std::string id,
                       std::string_view messages_json,
                       std::string_view answer_json,
                       int64_t wall_ms);

// What records and lists name an owner by. Equal owners have equal marks; nobody can read it.
std::string owner_mark(std::string_view owner);

// `patch` merged into the object `metadata` (RFC 7396). invalid_request when `patch` is no object
// of texts, numbers, booleans and nulls, or the outcome is larger than 16 KiB or 64 members.
Result<std::string> merge_metadata(const std::string& metadata, const std::string& patch);

}  // namespace claif::session
