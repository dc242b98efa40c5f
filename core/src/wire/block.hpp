// One content block, between its JSON and the events of a stream that it is made of.
#pragma once

#include "base/json.hpp"
#include "wire/event.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace claif::wire {

struct Block;

// `block` as the event that starts it. `input` and `json` keep what its views point into; the
// others point into `block`.
BlockStart start_of(const json::Value& block, int64_t index, std::string& input, std::string& json);

// Calls `each` with the blocks that a message_start came with, as the events that would start them;
// they are complete. The index of each is its place.
void each_block(const MessageStart& start, const std::function<void(const BlockStart&)>& each);

// A block as its events make it. Keeps every member of the start event, so that the block can be
// sent back. Not thread-safe.
class BlockBuilder {
 public:
  explicit BlockBuilder(const BlockStart& start)
      : index_(start.index), kind_(start.kind), start_(start.json) {}
  // The text block that a delta opens when no event started it (S3).
  static BlockBuilder implicit_text(int64_t index);

  int64_t index() const { return index_; }
  BlockKind kind() const { return kind_; }

  // Deltas of this block. One that does not fit its kind is passed over.
  void add(const TextDelta& delta);
  void add(const JsonDelta& delta);
  void add(const ThinkingDelta& delta);
  void add(const SignatureDelta& delta);
  void add(const CitationsDelta& delta);

  // The block so far. The input of a call is always an object: what does not parse is wrapped
  // as {"INVALID_JSON":"..."}.
  void write(json::Writer& out) const;

 private:
  int64_t index_;
  BlockKind kind_;
  std::string start_;  // the block as it started: JSON
  std::string text_;   // of text and thinking: what deltas added
  std::string input_, signature_;
  std::string citations_;  // JSON objects with commas between
};

// Plays a block as the events that a BlockBuilder makes it of; calls `emit` with the JSON of each.
void expand_block(const Block& block,
                  int64_t index,
                  const std::function<void(std::string_view json)>& emit);

}  // namespace claif::wire
