#include "support/event_pool.hpp"

#include <algorithm>

namespace claif::test {
namespace {

std::string message_start(const std::string& id, const std::string& content) {
  return R"({"type":"message_start","message":{"id":")" + id +
         R"(","type":"message","role":"assistant","model":"claude-opus-5-5","content":[)" +
         content +
         R"(],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1,"service_tier":"standard"}}})";
}

std::string message_delta(const std::string& stop_reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":)" + stop_reason +
         R"(},"usage":{"output_tokens":7}})";
}

}  // namespace

EventPool::EventPool() {
  begins_ = {
      add(message_start("m1", "")), add(message_start("m1", R"({"type":"text","text":"Hé "})")),
      add(message_start("m1", R"({"type":"thinking","thinking":"T","signature":"S"},)"
                              R"({"type":"tool_use","id":"c","name":"f","input":{"a":1}})"))};
  changes_ = {add(message_delta(R"("end_turn")")),
              add(message_delta(R"("tool_use")")),
              add(message_delta(R"("max_tokens")")),
              add(message_delta("null")),
              add(message_delta(R"("something new")")),
              add(message_delta(R"("refusal","stop_details":{"explanation":"No."})"))};
  end_ = add(R"({"type":"message_stop"})");
  for (size_t index = 0; index < kBlocks; ++index)
    add_block(index);
  add(message_start("m2", ""));
  add(message_start("m1", R"({"type":"tool_use","id":"","name":"f","input":{}})"));
  add(R"({"type":"ping"})");
  add(R"({"type":"message_checkpoint","x":1})");
  add(R"({"type":"content_block_start","index":9})");
  add(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  add(R"({"type":"error","error":{"type":"api_error","message":"kaputt"}})");
  add(R"({"type":"content_block_del)");
  add("[]");
}

size_t EventPool::add(std::string json) {
  auto entry = std::make_unique<Entry>(Entry{std::move(json), {}, fail(Errc::internal, "")});
  entry->event = entry->parser.parse(entry->json);
  entries_.push_back(std::move(entry));
  return entries_.size() - 1;
}

void EventPool::add_block(size_t index) {
  const std::string at = std::to_string(index);
  const auto start = [&](const std::string& block) {
    starts_[index].push_back(add(R"({"type":"content_block_start","index":)" + at +
                                 R"(,"content_block":)" + block + "}"));
  };
  const auto delta = [&](const std::string& what) {
    deltas_[index].push_back(
        add(R"({"type":"content_block_delta","index":)" + at + R"(,"delta":)" + what + "}"));
  };
  const std::string call = R"({"type":"tool_use","id":"call)" + at + R"(","name":"f",)";
  start(R"({"type":"text","text":""})");
  start(R"({"type":"text","text":"né"})");
  start(R"({"type":"text","text":"n","citations":[)"
        R"({"type":"web_search_result_location","url":"https://a.example","title":null}]})");
  start(R"({"type":"thinking","thinking":"","signature":""})");
  start(R"({"type":"thinking","thinking":"T","signature":"S"})");
  start(R"({"type":"redacted_thinking","data":"enc"})");
  start(call + R"("input":{}})");
  start(call + R"("input":{"k":[1]}})");
  start(R"({"type":"server_tool_use","id":"srv","name":"web_search","input":{}})");
  start(R"({"type":"mcp_tool_use","id":"mcp","name":"x","input":{}})");
  start(R"({"type":"future_block","text":"?"})");
  delta(R"({"type":"text_delta","text":"word "})");
  delta(R"({"type":"text_delta","text":"\u20ac😀"})");
  delta(R"({"type":"text_delta","text":""})");
  delta(R"({"type":"input_json_delta","partial_json":"{\"q\":"})");
  delta(R"({"type":"input_json_delta","partial_json":"1}"})");
  delta(R"({"type":"input_json_delta","partial_json":""})");
  delta(R"({"type":"thinking_delta","thinking":"hm"})");
  delta(R"({"type":"signature_delta","signature":"sig"})");
  delta(R"({"type":"signature_delta","signature":""})");
  delta(R"({"type":"citations_delta","citation":{"type":"search_result_location",)"
        R"("source":"https://b.example","title":"B"}})");
  delta(R"({"type":"citations_delta","citation":{"type":"page_location","document_index":0}})");
  delta(R"({"type":"sparkle_delta","v":1})");
  stops_[index] = add(R"({"type":"content_block_stop","index":)" + at + "}");
}

EventPool::Order EventPool::order(std::string_view bytes) const {
  Order out;
  for (const char byte : bytes)
    out.push_back(static_cast<unsigned char>(byte) % size());
  return out;
}

std::string EventPool::show(const Order& order) const {
  std::string out;
  for (const size_t at : order)
    out += entries_[at]->json + "\n";
  return out;
}

void EventPool::play(const Order& order, PlayedStream& stream) const {
  for (const size_t at : order) {
    if (entries_[at]->event)
      stream.event(*entries_[at]->event);
    else
      stream.json(entries_[at]->json);
  }
  stream.end();
}

EventPool::Order EventPool::disorder(const Pick& pick) const {
  const auto one_of = [&](const Order& from) { return from[pick(from.size())]; };
  Order out{one_of(begins_)};
  const size_t blocks = pick(kBlocks + 1);
  for (size_t index = 0; index < blocks; ++index) {
    out.push_back(one_of(starts_[index]));
    for (size_t n = pick(4); n > 0; --n)
      out.push_back(one_of(deltas_[index]));
    out.push_back(stops_[index]);
  }
  out.push_back(one_of(changes_));
  out.push_back(end_);

  // Most orders begin as they should: others come to an end too soon.
  const size_t kept = pick(8) == 0 ? 0 : 1;
  for (size_t changes = pick(6); changes > 0 && out.size() > kept; --changes) {
    const auto place = [&] {
      return out.begin() + static_cast<std::ptrdiff_t>(kept + pick(out.size() - kept));
    };
    const auto at = place();
    const size_t event = *at;
    switch (pick(4)) {
      case 0:
        out.erase(at);
        break;
      case 1:
        out.insert(place(), event);
        break;
      case 2:
        out.erase(at);
        out.insert(out.size() > kept ? place() : out.end(), event);
        break;
      default:
        out.insert(at, pick(size()));
    }
  }
  if (pick(8) == 0) out.resize(kept + pick(out.size() + 1 - kept));
  return out;
}

}  // namespace claif::test
