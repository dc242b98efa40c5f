#include "approval/stream_gate.hpp"

#include "base/json.hpp"
#include "base/limits.hpp"

#include <algorithm>

namespace claif::approval {
namespace {

void append_refusal(std::vector<std::string>& out,
                    int64_t index,
                    const Call& call,
                    const Ruling& ruling) {
  const std::string at = std::to_string(index);
  out.push_back(R"({"type":"content_block_start","index":)" + at +
                R"(,"content_block":{"type":"text","text":""}})");
  out.push_back(R"({"type":"content_block_delta","index":)" + at +
                R"(,"delta":{"type":"text_delta","text":)" +
                json::quote(refusal_text(call.name, ruling.reason)) + "}}");
  out.push_back(R"({"type":"content_block_stop","index":)" + at + "}");
}

// The message_delta with stop_reason end_turn in the place of tool_use.
std::string without_tool_use(const std::string& event_json) {
  const auto doc = json::parse(event_json);
  if (!doc) return event_json;
  json::Writer out;
  out.object();
  for (const auto& member : doc->root().GetObject()) {
    out.any_key(json::text(member.name));
    if (json::text(member.name) != "delta" || !member.value.IsObject()) {
      out.value(member.value);
      continue;
    }
    out.object();
    for (const auto& field : member.value.GetObject()) {
      out.any_key(json::text(field.name));
      if (json::text(field.name) == "stop_reason" && field.value.IsString() &&
          json::text(field.value) == "tool_use")
        out.string("end_turn");
      else
        out.value(field.value);
    }
    out.end_object();
  }
  out.end_object();
  return out.take();
}

}  // namespace

int StreamGate::call_at(int64_t index) const {
  for (size_t i = indices_.size(); i > 0; --i)
    if (indices_[i - 1] == index) return static_cast<int>(i - 1);
  return -1;
}

Result<bool> StreamGate::hold(const wire::Event& event) {
  int call = -1;
  if (const auto* start = std::get_if<wire::BlockStart>(&event.body);
      start != nullptr && start->kind == wire::BlockKind::tool_use) {
    calls_.push_back({std::string(start->id), std::string(start->name), {}});
    indices_.push_back(start->index);
    placeholders_.emplace_back(start->input);
    call = static_cast<int>(calls_.size()) - 1;
  } else if (const auto* delta = std::get_if<wire::JsonDelta>(&event.body)) {
    call = call_at(delta->index);
    if (call >= 0) calls_[static_cast<size_t>(call)].input += delta->partial_json;
  } else if (const auto* stop = std::get_if<wire::BlockStop>(&event.body)) {
    call = call_at(stop->index);
    if (call >= 0 && calls_[static_cast<size_t>(call)].input.empty())
      calls_[static_cast<size_t>(call)].input = placeholders_[static_cast<size_t>(call)];
  } else if (!calls_.empty() && !std::holds_alternative<wire::MessageDelta>(event.body) &&
             !std::holds_alternative<wire::MessageStop>(event.body)) {
    return false;
  }
  if (calls_.empty() || std::holds_alternative<wire::MessageStop>(event.body))
    return !calls_.empty();
  if (call < 0 && !std::holds_alternative<wire::MessageDelta>(event.body)) return false;
  bytes_ += event.json.size();
  if (bytes_ > limits::kHeldToolBytes)
    return fail(Errc::too_large, "the answer's tool calls are over 4 MiB");
  held_.push_back({std::string(event.json), call});
  return true;
}

std::vector<std::string> StreamGate::release(const std::vector<Ruling>& rulings) {
  std::vector<std::string> out;
  const bool any_allowed =
      std::any_of(rulings.begin(), rulings.end(), [](const Ruling& r) { return r.allowed; });
  std::vector<bool> replaced(calls_.size());
  for (Held& held : held_) {
    if (held.call < 0) {
      out.push_back(any_allowed ? std::move(held.json) : without_tool_use(held.json));
      continue;
    }
    const auto i = static_cast<size_t>(held.call);
    if (rulings[i].allowed)
      out.push_back(std::move(held.json));
    else if (!replaced[i]) {
      replaced[i] = true;
      append_refusal(out, indices_[i], calls_[i], rulings[i]);
    }
  }
  held_.clear();
  out.emplace_back(R"({"type":"message_stop"})");
  return out;
}

}  // namespace claif::approval
