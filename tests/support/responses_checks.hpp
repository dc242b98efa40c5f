// Checks vectors of the Responses API: what does not fit, or an empty string.
#pragma once

#include "sse.hpp"
#include "support/json_difference.hpp"
#include "support/vector_compare.hpp"
#include "wire/event.hpp"
#include "wire/openai_error.hpp"
#include "wire/responses_object.hpp"
#include "wire/responses_stream.hpp"
#include "wire/stream_order.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::test {

inline constexpr std::string_view kResponseId = "resp_000102030405060708090a0b0c0d0e0f";

// The events of a stream as the client sees it; `fault` when the framing is wrong (5.3).
struct ResponsesEvents {
  std::vector<std::string> events;  // JSON of each, in order
  std::string fault;
};

inline ResponsesEvents read_responses_events(std::string_view sse) {
  ResponsesEvents out;
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
    const auto doc = parsed(data);
    if (doc.HasParseError() || !doc.IsObject())
      out.fault = "not JSON: " + std::string(data);
    else if (json::string_or(doc, "type") != name)
      out.fault = "event: is " + std::string(name) + " for " + std::string(data);
    else if (json::integer_or(doc, "sequence_number", -1) !=
             static_cast<int64_t>(out.events.size()))
      out.fault = "wrong sequence_number: " + std::string(data);
    out.events.emplace_back(data);
  }
  return out;
}

// What is wrong with the ids of a stream: of an item it is the same wherever it is named, and of
// its kind; of the response it is the one given.
inline std::string id_fault(const std::vector<std::string>& events) {
  std::vector<std::string> ids;
  for (const std::string& event : events) {
    const auto doc = parsed(event);
    if (const json::Value* response = json::find(doc, "response")) {
      if (json::string_or(*response, "id") != kResponseId) return "wrong response id: " + event;
      continue;
    }
    const auto index = static_cast<size_t>(json::integer_or(doc, "output_index", -1));
    const json::Value* item = json::find(doc, "item");
    const std::string id(item ? json::string_or(*item, "id") : json::string_or(doc, "item_id"));
    if (json::string_or(doc, "type") == "response.output_item.added") {
      if (index != ids.size()) return "output_index does not count: " + event;
      ids.push_back(id);
    }
    if (index >= ids.size() || ids[index] != id) return "wrong item id: " + event;
    if (item == nullptr) continue;
    const std::string_view type = json::string_or(*item, "type");
    const std::string_view prefix = type == "message"         ? "msg_"
                                    : type == "reasoning"     ? "rs_"
                                    : type == "function_call" ? "fc_"
                                                              : "ws_";
    if (!id.starts_with(prefix)) return "wrong prefix: " + event;
  }
  return {};
}

// Removes what differs from run to run and what vectors leave open: ids, and nulls.
inline void strip_response(json::Value& v, rapidjson::Document::AllocatorType& pool) {
  if (v.IsArray())
    for (auto& entry : v.GetArray())
      strip_response(entry, pool);
  if (!v.IsObject()) return;
  for (auto it = v.MemberBegin(); it != v.MemberEnd();) {
    const std::string_view name = json::text(it->name);
    if (it->value.IsNull() || name == "id" || name == "item_id" || name == "encrypted_content") {
      it = v.EraseMember(it);
      continue;
    }
    const bool complete = json::string_or(v, "status") == "completed";
    if (name == "arguments" && complete) {  // by value: spaces are free
      const auto doc = parsed(json::text(it->value));
      if (!doc.HasParseError()) it->value.CopyFrom(doc, pool);
    }
    strip_response(it->value, pool);
    ++it;
  }
}

// A response object against the wanted one, which need not name everything that is repeated of the
// request.
inline std::string response_difference(const json::Value& wanted, const json::Value& actual) {
  rapidjson::Document expected, given;
  expected.CopyFrom(wanted, expected.GetAllocator());
  given.CopyFrom(actual, given.GetAllocator());
  strip_response(expected, expected.GetAllocator());
  strip_response(given, given.GetAllocator());
  if (const auto error = given.FindMember("error"); error != given.MemberEnd()) {
    if (json::string_or(error->value, "message").empty()) return "the error has no message";
    error->value.RemoveMember("message");
  }
  for (auto it = given.MemberBegin(); it != given.MemberEnd();)
    it = expected.HasMember(it->name) ? it + 1 : given.EraseMember(it);
  return difference(expected, given);
}

inline std::string responses_object_difference(const json::Value& v) {
  const auto message = wire::Message::parse(json::dump(v["anthropic_response"]));
  if (!message) return "was refused: " + message.error().message;
  const auto actual = parsed(wire::encode_response(*message, {}, kResponseId, 1));
  if (actual.HasParseError()) return "the response is not JSON";
  if (json::string_or(actual, "id") != kResponseId || json::integer_or(actual, "created_at") != 1)
    return "id and created_at are not those given";
  return response_difference(v["expect_openai_response"], actual);
}

// One stream through parser, order and encoder, as a gateway would drive them.
class PlayedResponse {
 public:
  explicit PlayedResponse(wire::ResponsesEcho echo = {})
      : encoder_(std::string(kResponseId), 1, std::move(echo)) {}

  void event(std::string_view json) {
    if (over_) return;
    const auto event = parser_.parse(json);
    if (!event) return fail(event.error());
    if (const auto* error = std::get_if<wire::StreamError>(&event->body))
      return fail(wire::from_stream_error(*error));
    const auto admitted = order_.admit(*event);
    if (!admitted) return fail(admitted.error());
    if (*admitted) over_ = !encoder_.encode(*event, sse_);
  }
  void end() {
    if (!http_error_) encoder_.end(sse_);
  }
  const std::string& sse() const { return sse_; }
  const std::optional<Error>& http_error() const { return http_error_; }
  const wire::ResponsesStreamEncoder& encoder() const { return encoder_; }

 private:
  void fail(const Error& error) {
    over_ = true;
    if (sse_.empty())
      http_error_ = error;  // nothing was sent yet
    else
      encoder_.fail(error, sse_);
  }

  wire::EventParser parser_;
  wire::StreamOrder order_;
  wire::ResponsesStreamEncoder encoder_;
  std::string sse_;
  std::optional<Error> http_error_;
  bool over_ = false;
};

// The stream of a vector as bytes.
inline std::string raw_sse(const json::Value& v) {
  if (const json::Value* raw = json::find(v, "anthropic_sse_raw"))
    return std::string(json::text(*raw));
  std::string out;
  for (const auto& event : v["anthropic_sse"].GetArray())
    out += "event: " + std::string(json::string_or(event, "type")) +
           "\ndata: " + json::dump(event) + "\n\n";
  return out;
}

inline std::unique_ptr<PlayedResponse> play_responses(std::string_view sse,
                                                      size_t cut = 0,
                                                      wire::ResponsesEcho echo = {}) {
  auto out = std::make_unique<PlayedResponse>(std::move(echo));
  transport_anthropic::SseParser parser;
  const auto sink = [&](std::string_view, std::string_view data) { out->event(data); };
  static_cast<void>(parser.feed(sse.substr(0, cut), sink));
  static_cast<void>(parser.feed(sse.substr(cut), sink));
  parser.finish(sink);
  out->end();
  return out;
}

inline std::string check_responses_events(const json::Value& wanted, const std::string& sse) {
  const ResponsesEvents actual = read_responses_events(sse);
  if (!actual.fault.empty()) return actual.fault;
  if (auto fault = id_fault(actual.events); !fault.empty()) return fault;
  const size_t count = std::max<size_t>(wanted.Size(), actual.events.size());
  for (size_t i = 0; i < count; ++i) {
    const std::string at = "event " + std::to_string(i) + " ";
    if (i >= actual.events.size())
      return at + "is missing: " + json::dump(wanted[static_cast<unsigned>(i)]);
    if (i >= wanted.Size()) return at + "is too much: " + actual.events[i];
    auto expected = parsed(json::dump(wanted[static_cast<unsigned>(i)]));
    auto given = parsed(actual.events[i]);
    if (expected.HasMember("response") && given.HasMember("response")) {
      auto differs = response_difference(expected["response"], given["response"]);
      if (!differs.empty()) return at + "response: " + differs;
      expected.RemoveMember("response");
      given.RemoveMember("response");
    }
    strip_response(expected, expected.GetAllocator());
    strip_response(given, given.GetAllocator());
    if (auto differs = difference(expected, given); !differs.empty()) return at + differs;
  }
  return {};
}

inline std::string check_responses_outcome(const json::Value& v, const PlayedResponse& played) {
  const json::Value* error = json::find(v, "expect_http_error");
  if (error == nullptr) return check_responses_events(v["expect_openai_events"], played.sse());
  if (!played.sse().empty() || !played.http_error()) return "something was streamed";
  if (const int status = wire::http_status(*played.http_error());
      status != (*error)["status"].GetInt())
    return "status is " + std::to_string(status);
  return error_difference((*error)["error"], wire::encode_error(*played.http_error()));
}

// Also with the stream split at every byte.
inline std::string responses_stream_difference(const json::Value& v) {
  const std::string sse = raw_sse(v);
  for (size_t cut = 0; cut <= sse.size(); ++cut) {
    const auto played = play_responses(sse, cut);
    if (auto problem = check_responses_outcome(v, *played); !problem.empty())
      return "cut at " + std::to_string(cut) + ": " + problem;
  }
  return {};
}

}  // namespace claif::test
