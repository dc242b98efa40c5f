#include "session/state.hpp"

#include "base/json.hpp"

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace claif::session {
namespace {

constexpr size_t kTitleBytes = 80;

void append_text(const json::Value& content, std::string& out) {
  if (content.IsString()) {
    out.append(json::text(content)).push_back('\n');
  } else if (content.IsArray()) {
    for (const auto& block : content.GetArray()) {
      const std::string_view type = json::string_or(block, "type");
      if (type == "text") out.append(json::string_or(block, "text")).push_back('\n');
      if (type != "tool_result") continue;
      if (const json::Value* result = json::find(block, "content")) append_text(*result, out);
    }
  }
}

size_t size_of(const Turn& turn) {
  size_t out = sizeof turn + turn.id.size() + turn.model.size() + turn.usage.size();
  for (const std::string& message : turn.messages)
    out += sizeof message + message.size();
  return out;
}

}  // namespace

std::string text_of_message(std::string_view message_json) {
  std::string out;
  const auto doc = json::parse(std::string(message_json));
  if (!doc) return out;
  if (const json::Value* content = json::find(doc->root(), "content")) append_text(*content, out);
  return out;
}

Result<void> State::apply(uint64_t number, std::string json) {
  const size_t size = json.size();
  CLAIF_TRY(auto record, decode_record(std::move(json)));
  if (!exists_) created_ms_ = record.at;
  exists_ = true;
  updated_ms_ = std::max(updated_ms_, record.at);
  bytes_ += size;
  if (record.head) head_ = std::move(*record.head);
  switch (record.kind) {
    case RecordKind::session:
      add(std::move(record.turns), number, record.at);
      if (record.live) {
        std::erase_if(*record.live, [&](uint32_t i) { return i >= turns_.size(); });
        live_ = std::move(*record.live);
      }
      for (KeptCheckpoint& kept : record.checkpoints) {
        std::erase_if(kept.turns, [&](uint32_t i) { return i >= turns_.size(); });
        checkpoints_.insert_or_assign(kept.name, Checkpoint{kept.at, std::move(kept.turns)});
      }
      break;
    case RecordKind::turn:
      add(std::move(record.turns), number, record.at);
      break;
    case RecordKind::update:
      if (record.title) head_.title = std::move(*record.title);
      if (!record.metadata.empty()) {
        auto merged = merge_metadata(head_.metadata, record.metadata);
        if (merged) head_.metadata = std::move(*merged);
      }
      break;
    case RecordKind::checkpoint:
      checkpoints_.insert_or_assign(std::move(record.name), Checkpoint{record.at, live_});
      break;
    case RecordKind::restore:
      if (const auto found = checkpoints_.find(record.name); found != checkpoints_.end()) {
        live_ = found->second.live;
        conversation_ = rewritten_ = number;
      }
      break;
    case RecordKind::deleted:
      deleted_ = true;
      break;
    case RecordKind::undeleted:
      deleted_ = false;
      break;
  }
  return {};
}

void State::add(std::vector<Turn> turns, uint64_t number, int64_t at) {
  if (turns.empty()) return;
  for (Turn& turn : turns) {
    if (turn.id.empty()) turn.id = "t" + std::to_string(number);
    if (turn.at == 0) turn.at = at;
    bytes_ += size_of(turn);
    live_.push_back(static_cast<uint32_t>(turns_.size()));
    turns_.push_back({std::move(turn), number});
  }
  conversation_ = number;
}

std::string State::title() const {
  if (!head_.title.empty()) return head_.title;
  if (live_.empty() || turn(0).messages.empty()) return {};
  std::string text = text_of_message(turn(0).messages.front());
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  const size_t end = text.find_last_not_of(' ');
  text.resize(end == std::string::npos ? 0 : end + 1);
  if (text.size() <= kTitleBytes) return text;
  text.resize(sdk::utf8_prefix(text, kTitleBytes));
  return text + "…";
}

std::string State::text_after(uint64_t number) const {
  std::string out;
  for (const uint32_t i : live_)
    if (turns_[i].record > number)
      for (const std::string& message : turns_[i].turn.messages)
        out += text_of_message(message);
  return out;
}

Stats State::stats() const {
  Stats out;
  out.turns = live_.size();
  out.bytes = bytes_;
  out.created_ms = created_ms_;
  out.updated_ms = updated_ms_;
  for (const uint32_t i : live_) {
    const Turn& turn = turns_[i].turn;
    out.messages += turn.messages.size();
    if (turn.usage.empty()) continue;
    const auto usage = json::parse(turn.usage);
    if (!usage) continue;
    const auto tokens = [&](std::string_view key) {
      return static_cast<uint64_t>(std::max<int64_t>(0, json::integer_or(usage->root(), key)));
    };
    out.input_tokens += tokens("input_tokens");
    out.output_tokens += tokens("output_tokens");
    out.cache_read_tokens += tokens("cache_read_input_tokens");
    out.cache_write_tokens += tokens("cache_creation_input_tokens");
  }
  return out;
}

std::vector<Turn> State::turns() const {
  std::vector<Turn> out;
  out.reserve(live_.size());
  for (const uint32_t i : live_)
    out.push_back(turns_[i].turn);
  return out;
}

std::vector<ListedMessage> State::messages() const {
  std::vector<ListedMessage> out;
  for (const uint32_t i : live_) {
    const Turn& turn = turns_[i].turn;
    for (size_t m = 0; m < turn.messages.size(); ++m)
      out.push_back({turn.id + "-" + std::to_string(m), turn.messages[m], turn.at});
  }
  return out;
}

Result<std::vector<Turn>> State::turns_until(std::string_view message_id) const {
  std::vector<Turn> out;
  for (const uint32_t i : live_) {
    const Turn& turn = turns_[i].turn;
    out.push_back(turn);
    for (size_t m = 0; m < turn.messages.size(); ++m)
      if (message_id == turn.id + "-" + std::to_string(m)) {
        if (m + 1 < turn.messages.size()) {  // without the answer, and so without its cost
          out.back().messages.resize(m + 1);
          out.back().usage.clear();
        }
        return out;
      }
  }
  Error error;
  error.code = Errc::not_found;
  error.param = "message";
  error.message = "the session has no message '" + std::string(message_id) + "'";
  return fail(std::move(error));
}

std::string State::history() const {
  size_t size = 0;
  for (const uint32_t i : live_)
    for (const std::string& message : turns_[i].turn.messages)
      size += message.size() + 1;
  std::string out;
  out.reserve(size);
  for (const uint32_t i : live_)
    for (const std::string& message : turns_[i].turn.messages)
      out.append(out.empty() ? "" : ",").append(message);
  return out;
}

// In the order in which they came.
std::vector<uint32_t> State::used() const {
  std::set<uint32_t> out(live_.begin(), live_.end());
  for (const auto& [name, checkpoint] : checkpoints_)
    out.insert(checkpoint.live.begin(), checkpoint.live.end());
  return {out.begin(), out.end()};
}

size_t State::unused_turns() const {
  return turns_.size() - used().size();
}

std::string State::snapshot() const {
  const std::vector<uint32_t> kept = used();
  const auto renumbered = [&](const std::vector<uint32_t>& numbers) {
    std::vector<uint32_t> out;
    for (const uint32_t n : numbers)
      out.push_back(
          static_cast<uint32_t>(std::lower_bound(kept.begin(), kept.end(), n) - kept.begin()));
    return out;
  };
  Record out;
  out.kind = RecordKind::session;
  out.at = created_ms_;
  out.head = head_;
  for (const uint32_t i : kept)
    out.turns.push_back(turns_[i].turn);
  out.live = renumbered(live_);
  for (const auto& [name, checkpoint] : checkpoints_)
    out.checkpoints.push_back({name, checkpoint.at, renumbered(checkpoint.live)});
  return encode(out);
}

}  // namespace claif::session
