#include "support/response_events.hpp"

#include "wire/media.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace claif::test {
namespace {

// What vectors leave open of a response object: what it repeats of the request, and its time.
constexpr std::array kRepeated{"instructions",    "tools",      "tool_choice",
                               "temperature",     "top_p",      "text",
                               "reasoning",       "metadata",   "parallel_tool_calls",
                               "store",           "truncation", "max_output_tokens",
                               "access_programs", "created_at"};

std::string_view prefix_of(std::string_view type) {
  if (type == "message") return "msg_";
  if (type == "reasoning") return "rs_";
  return type == "function_call" ? "fc_" : "ws_";
}

// `response_id`: empty takes the first that comes. `ids`: of the items so far.
std::string id_fault(const std::string& event,
                     std::string& response_id,
                     std::vector<std::string>& ids) {
  const auto doc = parsed(event);
  if (const json::Value* response = json::find(doc, "response")) {
    const std::string_view id = json::string_or(*response, "id");
    if (response_id.empty()) response_id = id;
    return !id.empty() && id == response_id ? "" : "wrong response id: " + event;
  }
  const auto index = static_cast<size_t>(json::integer_or(doc, "output_index", -1));
  const json::Value* item = json::find(doc, "item");
  const std::string id(item ? json::string_or(*item, "id") : json::string_or(doc, "item_id"));
  if (json::string_or(doc, "type") == "response.output_item.added") {
    if (index != ids.size()) return "output_index does not count: " + event;
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return "id of two items: " + event;
    ids.push_back(id);
  }
  if (index >= ids.size() || ids[index] != id) return "wrong item id: " + event;
  if (item != nullptr && !id.starts_with(prefix_of(json::string_or(*item, "type"))))
    return "wrong prefix of an id: " + event;
  return {};
}

void strip_ids(json::Value& v, rapidjson::Document::AllocatorType& pool) {
  if (v.IsArray())
    for (auto& entry : v.GetArray())
      strip_ids(entry, pool);
  if (!v.IsObject()) return;
  const bool complete = json::string_or(v, "status") == "completed";
  for (auto it = v.MemberBegin(); it != v.MemberEnd();) {
    const std::string_view name = json::text(it->name);
    if (it->value.IsNull() || name == "id" || name == "item_id") {
      it = v.EraseMember(it);
      continue;
    }
    const bool sealed = name == "encrypted_content" && it->value.IsString();
    if (sealed || (name == "arguments" && complete)) {
      const std::string_view text = json::text(it->value);
      const auto doc = parsed(sealed ? wire::decode_base64(text) : std::string(text));
      if (!doc.HasParseError()) it->value.CopyFrom(doc, pool);
    }
    strip_ids(it->value, pool);
    ++it;
  }
}

rapidjson::Document stripped(const json::Value& v) {
  rapidjson::Document out;
  out.CopyFrom(v, out.GetAllocator());
  strip_ids(out, out.GetAllocator());
  return out;
}

std::string event_difference(const json::Value& wanted, const json::Value& actual) {
  auto expected = stripped(wanted), given = stripped(actual);
  const json::Value* response = json::find(wanted, "response");
  if (response == nullptr) return difference(expected, given);
  const json::Value* other = json::find(actual, "response");
  if (other == nullptr) return "has no response";
  if (auto differs = response_difference(*response, *other); !differs.empty()) return differs;
  expected.RemoveMember("response");
  given.RemoveMember("response");
  return difference(expected, given);
}

}  // namespace

ResponseEvents read_response_events(std::string_view sse, std::string_view id) {
  ResponseEvents out;
  std::string response_id(id);
  std::vector<std::string> ids;
  while (!sse.empty() && out.fault.empty()) {
    const size_t line = sse.find('\n'), end = sse.find("\n\n");
    const std::string_view frame = sse.substr(0, end);
    if (end == std::string_view::npos || !frame.starts_with("event: ") ||
        !frame.substr(line + 1).starts_with("data: ")) {
      out.fault = "no frame: " + std::string(sse.substr(0, 100));
      return out;
    }
    const std::string_view name = frame.substr(7, line - 7), data = frame.substr(line + 7);
    sse.remove_prefix(end + 2);
    const auto count = static_cast<int64_t>(out.events.size());
    const auto doc = parsed(data);
    if (doc.HasParseError() || !doc.IsObject())
      out.fault = "not JSON: " + std::string(data);
    else if (json::string_or(doc, "type") != name)
      out.fault = "event: is " + std::string(name) + " for " + std::string(data);
    else if (json::integer_or(doc, "sequence_number", -1) != count)
      out.fault = "wrong sequence_number: " + std::string(data);
    else
      out.fault = id_fault(std::string(data), response_id, ids);
    out.events.emplace_back(data);
  }
  return out;
}

std::string response_difference(const json::Value& wanted, const json::Value& actual) {
  auto expected = stripped(wanted), given = stripped(actual);
  if (!expected.IsObject() || !given.IsObject()) return "is no object";
  if (const auto error = given.FindMember("error"); error != given.MemberEnd()) {
    if (json::string_or(error->value, "message").empty()) return "the error has no message";
    error->value.RemoveMember("message");
  }
  if (const auto error = expected.FindMember("error"); error != expected.MemberEnd())
    error->value.RemoveMember("message");
  for (const char* repeated : kRepeated) {
    expected.RemoveMember(repeated);
    given.RemoveMember(repeated);
  }
  return difference(expected, given);
}

std::string events_difference(const json::Value& wanted, const std::vector<std::string>& actual) {
  if (!wanted.IsArray()) return "the vector lacks expect_openai_events";
  for (unsigned i = 0; i < std::max<size_t>(wanted.Size(), actual.size()); ++i) {
    const std::string at = "event " + std::to_string(i) + " ";
    if (i >= actual.size()) return at + "is missing: " + json::dump(wanted[i]);
    if (i >= wanted.Size()) return at + "is too much: " + actual[i];
    auto differs = event_difference(wanted[i], parsed(actual[i]));
    if (!differs.empty()) return at + differs;
  }
  return {};
}

}  // namespace claif::test
