#include "support/response_grammar.hpp"

#include "wire/message.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace claif::test {
namespace {

// A part of an item: text, refusal, summary, or the arguments of a call.
struct Part {
  std::string sum;  // of the deltas
  std::vector<std::string> annotations;
  bool said = false, done = false;  // the whole was told; the part is done
};

struct Item {
  std::string type;
  std::map<int64_t, Part> parts;
  std::string whole;  // of output_item.done; empty: not done
};

class Checker {
 public:
  std::string event(const json::Value& event) {
    std::string_view type = json::string_or(event, "type");
    if (!type.starts_with("response.")) return "no event of a response";
    type.remove_prefix(9);
    if (ended_) return "an event after the end";
    const size_t number = events_++;
    if ((number == 0) != (type == "created") || (number == 1) != (type == "in_progress"))
      return "the stream does not begin with created and in_progress";
    if (number < 2) return event["response"]["output"].Empty() ? "" : "output at the beginning";
    if (event.HasMember("response")) return end(type, event["response"]);
    if (type == "output_item.added") return added(event["item"]);
    Item& item = items_[static_cast<size_t>(json::integer_or(event, "output_index"))];
    if (!item.whole.empty()) return "an item that is done goes on";
    if (type == "output_item.done") return done(event["item"], item);
    return part(type, event, item);
  }
  std::string end() const { return events_ == 0 || ended_ ? "" : "the stream has no end"; }

 private:
  std::string added(const json::Value& item) {
    items_.push_back({std::string(json::string_or(item, "type")), {}, {}});
    if (items_.back().type == "function_call") {
      items_.back().parts[0];
      return json::string_or(item, "arguments", "none").empty() ? "" : "arguments at the beginning";
    }
    for (const std::string_view list : {"content", "summary"})
      if (const json::Value* parts = json::find(item, list); parts != nullptr && !parts->Empty())
        return "an item that begins with parts";
    return {};
  }

  std::string part(std::string_view type, const json::Value& event, Item& item) {
    const int64_t index =
        json::integer_or(event, "content_index", json::integer_or(event, "summary_index"));
    const auto at = item.parts.find(index);
    if (type.ends_with("_part.added")) {
      if (at != item.parts.end()) return "a part twice";
      item.parts[index];
      return text_of(event["part"]).empty() ? "" : "a part that begins with text";
    }
    if (at == item.parts.end() || at->second.done) return "a part that is not open";
    Part& part = at->second;
    if (type.ends_with(".delta")) {
      if (part.said) return "a delta after the whole";
      const std::string_view delta = json::string_or(event, "delta");
      part.sum += delta;
      return delta.empty() ? "an empty delta" : "";
    }
    if (type == "output_text.annotation.added") {
      if (json::integer_or(event, "annotation_index", -1) !=
          static_cast<int64_t>(part.annotations.size()))
        return "annotation_index does not count";
      part.annotations.push_back(json::dump(event["annotation"]));
      return {};
    }
    if (type.ends_with("_part.done")) {
      part.done = true;
      if (!part.said) return "a part that ends without the whole";
      return compare(event["part"], part);
    }
    if (std::exchange(part.said, true)) return "the whole twice";
    if (item.type == "function_call") part.done = true;
    return text_of(event) == part.sum ? "" : "the deltas do not add up to the whole";
  }

  std::string done(const json::Value& item, Item& known) {
    known.whole = json::dump(item);
    if (json::string_or(item, "status") == "in_progress") return "an item is done and in progress";
    for (const auto& [index, part] : known.parts)
      if (!part.done) return "an item is done before its parts";
    return compare(item, known);
  }

  static std::string compare(const json::Value& item, Item& known) {
    if (known.type == "function_call") return compare(item, known.parts[0]);
    const json::Value* parts = json::find(item, known.type == "message" ? "content" : "summary");
    if ((parts ? parts->Size() : 0) != known.parts.size()) return "another number of parts";
    for (unsigned i = 0; i < known.parts.size(); ++i)
      if (auto wrong = compare((*parts)[i], known.parts[i]); !wrong.empty()) return wrong;
    return {};
  }

  std::string end(std::string_view type, const json::Value& response) {
    ended_ = true;
    if (json::string_or(response, "status") != type) return "a status that is not the event's";
    if (type == "failed")
      return response["error"].IsObject() && !response.HasMember("output")
                 ? ""
                 : "a failure without an error, or with output";
    if (type != "completed" && type != "incomplete") return "an unknown end";
    const json::Value& why = response["incomplete_details"];
    if (why.IsNull() != (type == "completed")) return "incomplete_details do not fit the status";
    const bool refused = !why.IsNull() && json::string_or(why, "reason") == "content_filter";
    std::string output;
    for (const Item& item : items_) {
      if (item.whole.empty()) return "an item is not done";
      if (refused && item.type == "function_call") continue;  // no client may run it (Q10)
      output += (output.empty() ? "" : ",") + item.whole;
    }
    return difference("[" + output + "]", json::dump(response["output"]));
  }

  // The text of a part, of an event that tells the whole, or of a call.
  static std::string_view text_of(const json::Value& v) {
    for (const std::string_view key : {"text", "refusal", "arguments"})
      if (const json::Value* text = json::find(v, key)) return json::text(*text);
    return {};
  }
  static std::string compare(const json::Value& v, const Part& part) {
    if (text_of(v) != part.sum) return "the deltas do not add up to the part";
    const json::Value* given = json::find(v, "annotations");
    if ((given ? given->Size() : 0) != part.annotations.size()) return "lost annotations";
    for (unsigned i = 0; i < part.annotations.size(); ++i)
      if (json::dump((*given)[i]) != part.annotations[i]) return "another annotation";
    return {};
  }

  size_t events_ = 0;
  bool ended_ = false;
  std::vector<Item> items_;
};

// When text blocks overlap, annotations come in the order in which these stop; and where a block
// without text would stand is not known before the others have theirs, so that it does not count.
void sort_annotations(rapidjson::Document& response) {
  const auto place = [](const json::Value& annotation) {
    return std::tuple(annotation["start_index"].GetInt64(), annotation["end_index"].GetInt64(),
                      json::dump(annotation));
  };
  for (auto& item : response["output"].GetArray()) {
    if (!item.HasMember("content")) continue;
    for (auto& part : item["content"].GetArray()) {
      const auto found = part.FindMember("annotations");
      if (found == part.MemberEnd()) continue;
      for (auto& annotation : found->value.GetArray()) {
        json::Value &begin = annotation["start_index"], &end = annotation["end_index"];
        if (begin != end) continue;
        begin.SetInt64(0);
        end.SetInt64(0);
      }
      std::sort(found->value.Begin(), found->value.End(),
                [&](const auto& a, const auto& b) { return place(a) < place(b); });
    }
  }
}

}  // namespace

std::string response_violation(std::string_view sse) {
  const ResponseEvents read = read_response_events(sse);
  if (!read.fault.empty()) return read.fault;
  Checker checker;
  for (const std::string& event : read.events)
    if (auto wrong = checker.event(parsed(event)); !wrong.empty()) return wrong + ": " + event;
  return checker.end();
}

std::string response_sum_difference(const PlayedResponse& played, const wire::ResponsesEcho& echo) {
  const auto message = wire::Message::parse(played.assembler().to_json());
  if (!message) return message.error().message;
  auto whole = parsed(wire::encode_response(*message, echo, kResponseId, 1));
  const auto end = parsed(read_response_events(played.sse()).events.back());
  auto last = parsed(json::dump(end["response"]));
  sort_annotations(whole);
  sort_annotations(last);
  return response_difference(whole, last);
}

}  // namespace claif::test
