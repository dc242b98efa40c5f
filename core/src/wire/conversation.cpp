#include "wire/conversation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace claif::wire {
namespace {

bool is_dropped(const Part& part) {
  return part.kind == Part::Kind::text && is_blank(part.data());
}

std::string joined(const std::vector<Part>& pieces) {
  std::string out;
  for (const Part& piece : pieces) {
    if (!out.empty()) out += '\n';
    out += piece.data();
  }
  return out;
}

void append(std::vector<Part> parts, std::vector<Part>& to) {
  if (to.empty())
    to = std::move(parts);
  else
    std::move(parts.begin(), parts.end(), std::back_inserter(to));
}

bool any_cached(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return !part.cache_control.empty(); });
}

bool is_thinking(const Part& part) {
  return part.kind == Part::Kind::verbatim &&
         json::string_or(*part.value, "type").ends_with("thinking");
}

}  // namespace

void Conversation::add_system(Part piece) {
  if (is_dropped(piece)) return;
  if (turns_.empty())
    system_.push_back(std::move(piece));  // P2
  else if (draft_.model->mid_system)
    held_system_.push_back(std::move(piece));  // P3
  else {
    system_.push_back(std::move(piece));  // P4
    draft_.warn("messages", "system_hoisted");
  }
}

std::vector<Part>& Conversation::turn(Side side) {
  if (turns_.empty() || turns_.back().side != side) turns_.push_back({side, {}, {}});
  return turns_.back().parts;
}

// P3: held system text goes after the user turn that just ended, or to the top when there is none.
void Conversation::place_system() {
  if (held_system_.empty()) return;
  const bool after_user = !turns_.empty() && turns_.back().side == Side::user;
  if (!after_user) draft_.warn("messages", "system_hoisted");
  auto& to = after_user ? turns_.back().system : system_;
  append(std::exchange(held_system_, {}), to);
}

void Conversation::add_user(std::vector<Part> parts) {
  std::erase_if(parts, is_dropped);
  if (parts.empty()) return draft_.warn("messages", "empty_dropped");
  append(std::move(parts), turn(Side::user));
}

Result<void> Conversation::add_assistant(std::vector<Part> parts, const std::string& param) {
  std::erase_if(parts, is_dropped);
  if (parts.empty()) {
    draft_.warn("messages", "empty_dropped");
    return {};
  }
  if (turns_.empty() || turns_.back().side == Side::user) {
    CLAIF_CHECK(check_answered());
  }
  place_system();
  for (const Part& part : parts)
    if (part.kind == Part::Kind::tool_use) open_.push_back({part.id, param, part.name});
  append(std::move(parts), turn(Side::assistant));
  return {};
}

Result<void> Conversation::add_result(Part result, const std::string& param) {
  const auto open = std::find_if(open_.begin(), open_.end(),
                                 [&](const OpenCall& call) { return call.id == result.id; });
  if (open == open_.end())
    return invalid_value(
        param, "'" + result.id + "' is no unanswered call of the assistant's last message");
  open_.erase(open);
  std::erase_if(result.content, is_dropped);
  turn(Side::user).push_back(std::move(result));
  return {};
}

std::string Conversation::open_call_of(std::string_view name) const {
  for (auto call = open_.rbegin(); call != open_.rend(); ++call)
    if (call->name == name) return call->id;
  return {};
}

Result<void> Conversation::check_answered() const {
  if (open_.empty()) return {};
  return invalid_value(open_.front().param,
                       "the call '" + open_.front().id + "' has no result that answers it");
}

Result<void> Conversation::finish(const std::string& param) {
  CLAIF_CHECK(check_answered());
  place_system();
  if (turns_.empty()) {
    if (system_.empty()) return invalid_value(param, "every message is empty: say something");
    turn(Side::user).push_back(std::move(system_.back()));
    system_.pop_back();
    draft_.warn("messages", "system_as_user");
  }
  if (turns_.front().side == Side::assistant) {
    turns_.insert(turns_.begin(), Turn{Side::user, {Part::of_text(".")}, {}});
    draft_.warn("messages", "user_prepended");
  }
  if (turns_.back().side == Side::user) return {};
  prefill_ = draft_.model->prefill;
  if (prefill_) {
    trim_prefill();
  } else {
    turn(Side::user).push_back(Part::of_text("Continue."));
    draft_.warn("messages", "user_appended");
  }
  return {};
}

void Conversation::trim_prefill() {
  Part& last = turns_.back().parts.back();
  if (last.kind != Part::Kind::text) return;
  while (is_blank(last.text.substr(last.text.size() - 1)))
    last.text.remove_suffix(1);
}

void Conversation::add_final_system(std::string text) {
  Part piece;
  piece.made = std::move(text);
  system_.push_back(std::move(piece));
}

bool Conversation::last_calls_lack_thinking() const {
  for (auto turn = turns_.rbegin(); turn != turns_.rend(); ++turn) {
    if (turn->side == Side::user) continue;
    const bool calls = std::any_of(turn->parts.begin(), turn->parts.end(), [](const Part& part) {
      return part.kind == Part::Kind::tool_use;
    });
    return calls && !is_thinking(turn->parts.front());
  }
  return false;
}

std::vector<std::string_view> Conversation::called_tools() const {
  std::vector<std::string_view> out;
  for (const Turn& turn : turns_)
    for (const Part& part : turn.parts)
      if (part.kind == Part::Kind::tool_use &&
          std::find(out.begin(), out.end(), part.name) == out.end())
        out.push_back(part.name);
  return out;
}

void Conversation::collect_cache_controls(std::vector<std::string*>& out) {
  const auto collect = [&](std::vector<Part>& parts, auto& self) -> void {
    for (Part& part : parts) {
      self(part.content, self);
      if (!part.cache_control.empty()) out.push_back(&part.cache_control);
    }
  };
  collect(system_, collect);
  for (Turn& turn : turns_) {
    collect(turn.parts, collect);
    collect(turn.system, collect);
  }
}

void Conversation::write_system(json::Writer& out) const {
  if (system_.empty()) return;
  out.key("system");
  if (!any_cached(system_)) {
    if (system_.size() == 1)
      out.string(system_.front().data());
    else
      out.string(joined(system_));
    return;
  }
  out.array();
  for (const Part& piece : system_)
    write_part(draft_, piece, out);
  out.end_array();
}

void Conversation::write_messages(json::Writer& out) const {
  for (const Turn& turn : turns_) {
    write_turn(turn, out);
    if (turn.system.empty()) continue;
    out.object().key("role").string("system").key("content");
    if (any_cached(turn.system)) {
      out.array();
      for (const Part& piece : turn.system)
        write_part(draft_, piece, out);
      out.end_array();
    } else {
      out.string(joined(turn.system));
    }
    out.end_object();
  }
}

void Conversation::write_turn(const Turn& turn, json::Writer& out) const {
  out.object().key("role").string(turn.side == Side::user ? "user" : "assistant").key("content");
  const Part& first = turn.parts.front();
  if (turn.parts.size() == 1 && first.kind == Part::Kind::text && first.cache_control.empty()) {
    out.string(first.data()).end_object();
    return;
  }
  out.array();
  for (const bool results : {true, false})  // P20
    for (const Part& part : turn.parts)
      if ((part.kind == Part::Kind::tool_result) == results) write_part(draft_, part, out);
  out.end_array().end_object();
}

}  // namespace claif::wire
