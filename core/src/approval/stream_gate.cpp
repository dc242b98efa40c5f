#include "approval/stream_gate.hpp"

#include "base/json.hpp"
#include "base/limits.hpp"
#include "wire/amend.hpp"
#include "wire/block.hpp"

#include <algorithm>
#include <map>

namespace claif::approval {
namespace {

void append_refusal(std::vector<StreamGate::Released>& out,
                    int64_t index,
                    const std::string& text) {
  const std::string at = std::to_string(index);
  out.push_back({R"({"type":"content_block_start","index":)" + at +
                     R"(,"content_block":{"type":"text","text":""}})",
                 true});
  out.push_back({R"({"type":"content_block_delta","index":)" + at +
                     R"(,"delta":{"type":"text_delta","text":)" + json::quote(text) + "}}",
                 true});
  out.push_back({R"({"type":"content_block_stop","index":)" + at + "}", true});
}

// The block that an event which nobody here knows is about; -1: none.
int64_t index_of(const wire::Event& event) {
  if (!event.type.starts_with("content_block_")) return -1;
  const auto doc = json::parse(std::string(event.json));
  return doc ? json::integer_or(doc->root(), "index", -1) : -1;
}

}  // namespace

int StreamGate::call_at(int64_t index) const {
  for (size_t i = indices_.size(); i > early_calls_; --i)
    if (indices_[i - 1] == index) return static_cast<int>(i - 1);
  return -1;
}

bool belongs_to_a_call(const wire::Event& event) {
  const auto* start = std::get_if<wire::BlockStart>(&event.body);
  return (start != nullptr && start->kind == wire::BlockKind::tool_use) ||
         std::holds_alternative<wire::JsonDelta>(event.body) ||
         std::holds_alternative<wire::BlockStop>(event.body);
}

int StreamGate::grow(const wire::Event& event) {
  if (const auto* start = std::get_if<wire::BlockStart>(&event.body)) {
    if (start->kind != wire::BlockKind::tool_use) return -1;
    calls_.push_back({std::string(start->id), std::string(start->name), {}});
    indices_.push_back(start->index);
    placeholders_.emplace_back(start->input);
    ++open_calls_;
    return static_cast<int>(calls_.size()) - 1;
  }
  if (const auto* delta = std::get_if<wire::JsonDelta>(&event.body)) {
    const int call = call_at(delta->index);
    if (call >= 0) calls_[static_cast<size_t>(call)].input += delta->partial_json;
    return call;
  }
  if (const auto* stop = std::get_if<wire::BlockStop>(&event.body)) {
    const int call = call_at(stop->index);
    const auto i = static_cast<size_t>(call);
    if (call >= 0 && calls_[i].input.empty()) calls_[i].input = placeholders_[i];
    if (call >= 0 && i >= early_calls_ && open_calls_ > 0) --open_calls_;
    return call;
  }
  return calls_.empty() || !std::holds_alternative<wire::Other>(event.body)
             ? -1
             : call_at(index_of(event));
}

bool StreamGate::waits(const wire::Event& event) const {
  if (std::holds_alternative<wire::MessageDelta>(event.body)) return true;
  return mode_ == GateMode::in_order && (event.type != "ping" || early_calls_ > 0);
}

Result<bool> StreamGate::hold(const wire::Event& event, bool counts) {
  Part part = Part::other;
  if (const auto* change = std::get_if<wire::MessageDelta>(&event.body))
    has_stop_reason_ |= !change->stop_reason.empty();
  if (const auto* start = std::get_if<wire::MessageStart>(&event.body)) {
    part = Part::start;
    wire::each_block(*start, [&](const wire::BlockStart& block) {  // S2
      if (block.kind != wire::BlockKind::tool_use) return;
      calls_.push_back({std::string(block.id), std::string(block.name), std::string(block.input)});
      indices_.push_back(block.index);
      placeholders_.emplace_back();
    });
    early_calls_ = calls_.size();
    if (early_calls_ > 0) mode_ = GateMode::in_order;  // nothing may come before the start
  }
  const int call = grow(event);
  if (calls_.empty()) return false;
  if (std::holds_alternative<wire::MessageStop>(event.body)) return true;
  if (call >= 0)
    part = Part::call;
  else if (!waits(event))
    return false;
  else if (std::holds_alternative<wire::MessageDelta>(event.body))
    part = Part::delta;
  bytes_ += event.json.size();
  if (bytes_ > limits::kHeldToolBytes)
    return fail(Errc::too_large, "the answer's tool calls are over 4 MiB");
  held_.push_back({std::string(event.json), part, static_cast<size_t>(std::max(call, 0)), counts});
  return true;
}

StreamGate::Released StreamGate::released_start(Held& held,
                                                const std::vector<Ruling>& rulings) const {
  std::map<size_t, std::string> texts;
  for (size_t i = 0; i < early_calls_; ++i)
    if (!rulings[i].allowed)
      texts.emplace(static_cast<size_t>(indices_[i]),
                    refusal_text(calls_[i].name, rulings[i].reason));
  return {texts.empty() ? std::move(held.json) : wire::start_with_texts(held.json, texts), true};
}

std::vector<StreamGate::Released> StreamGate::release(const std::vector<Ruling>& rulings) {
  std::vector<Released> out;
  const bool any_allowed =
      std::any_of(rulings.begin(), rulings.end(), [](const Ruling& r) { return r.allowed; });
  std::vector<bool> replaced(calls_.size());
  for (Held& held : held_) {
    if (held.part == Part::start) {
      out.push_back(released_start(held, rulings));
    } else if (held.part == Part::delta && !any_allowed) {
      out.push_back({wire::without_tool_use(held.json), true});
    } else if (held.part != Part::call || rulings[held.call].allowed) {
      out.push_back({std::move(held.json), held.counts});
    } else if (!replaced[held.call]) {
      replaced[held.call] = true;
      append_refusal(out, indices_[held.call],
                     refusal_text(calls_[held.call].name, rulings[held.call].reason));
    }
  }
  held_.clear();
  return out;
}

}  // namespace claif::approval
