// What the records of a session amount to.
#pragma once

#include "session/record.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::session {

// Token counts are those that the answers reported.
struct Stats {
  uint64_t turns = 0, messages = 0, bytes = 0;
  uint64_t input_tokens = 0, output_tokens = 0, cache_read_tokens = 0, cache_write_tokens = 0;
  int64_t created_ms = 0, updated_ms = 0;
};

// A message and its id: the turn's, '-', its place in the turn.
struct ListedMessage {
  std::string id;
  std::string_view json;
  int64_t at = 0;
};

// Not thread-safe.
class State {
 public:
  // Applies record number `number`. internal: it is no record, and nothing changed.
  Result<void> apply(uint64_t number, std::string json);

  bool exists() const { return exists_; }
  bool deleted() const { return deleted_; }
  const Head& head() const { return head_; }
  // The title, or the beginning of what was said first.
  std::string title() const;
  // The number of the last record that changed which turns there are: a turn that is added to
  // others than it was asked after is a conflict.
  uint64_t conversation() const { return conversation_; }
  // The last record after which text was taken away: descriptions begin again from there.
  uint64_t rewritten() const { return rewritten_; }
  // Text of the turns in use that came with the records after `number`.
  std::string text_after(uint64_t number) const;
  Stats stats() const;
  size_t bytes() const { return bytes_; }  // memory, about

  size_t turn_count() const { return live_.size(); }
  const Turn& turn(size_t i) const { return turns_[live_[i]].turn; }
  std::vector<Turn> turns() const;
  std::vector<ListedMessage> messages() const;
  // The turns up to and with that message. not_found: there is none of that id.
  Result<std::vector<Turn>> turns_until(std::string_view message_id) const;
  // The elements of "messages" for a request, with commas between.
  std::string history() const;

  struct Checkpoint {
    int64_t at = 0;
    std::vector<uint32_t> live;
  };
  const std::map<std::string, Checkpoint, std::less<>>& checkpoints() const { return checkpoints_; }
  // One record that stands for all so far. What no checkpoint and no turn in use needs is left out.
  std::string snapshot() const;
  // How many turns `snapshot` would leave out.
  size_t unused_turns() const;

 private:
  struct Kept {
    Turn turn;
    uint64_t record = 0;  // that it came with
  };

  void add(std::vector<Turn> turns, uint64_t number, int64_t at);
  std::vector<uint32_t> used() const;

  bool exists_ = false, deleted_ = false;
  Head head_;
  std::vector<Kept> turns_;
  std::vector<uint32_t> live_;  // which of turns_ are in use, in order
  std::map<std::string, Checkpoint, std::less<>> checkpoints_;
  uint64_t conversation_ = 0, rewritten_ = 0;
  int64_t created_ms_ = 0, updated_ms_ = 0;
  size_t bytes_ = 0;
};

// The text of a message's content, as a person reads it: no pictures, no thinking.
std::string text_of_message(std::string_view message_json);

}  // namespace claif::session
