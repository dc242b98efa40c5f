// Answers of Claude, for scripted transports.
#pragma once

#include "base/json.hpp"
#include "pipeline/test_plugins.hpp"

#include <string>
#include <vector>

namespace claif::test {

using Script = std::function<void(sdk::Op&)>;

inline std::string message_start(std::string_view id = "msg_1") {
  return R"({"type":"message_start","message":{"id":)" + json::quote(id) +
         R"(,"model":"claude-opus-5-5","usage":{"input_tokens":3,"output_tokens":1}}})";
}
inline std::string text_start(int index) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":{"type":"text","text":""}})";
}
inline std::string text_delta(int index, std::string_view text) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) +
         R"(,"delta":{"type":"text_delta","text":)" + json::quote(text) + "}}";
}
inline std::string tool_start(int index, std::string_view id, std::string_view name) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":{"type":"tool_use","id":)" + json::quote(id) + R"(,"name":)" +
         json::quote(name) + R"(,"input":{}}})";
}
inline std::string tool_delta(int index, std::string_view fragment) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) +
         R"(,"delta":{"type":"input_json_delta","partial_json":)" + json::quote(fragment) + "}}";
}
inline std::string block_stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}
inline std::string message_delta(std::string_view stop_reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":)" + json::quote(stop_reason) +
         R"(,"stop_sequence":null},"usage":{"output_tokens":7}})";
}
inline const std::string kMessageStop = R"({"type":"message_stop"})";

inline std::vector<std::string> text_events(std::string_view text,
                                            std::string_view stop_reason = "end_turn") {
  return {message_start(),
          text_start(0),
          text_delta(0, text),
          block_stop(0),
          message_delta(stop_reason),
          kMessageStop};
}
inline std::vector<std::string> tool_events(std::string_view name, std::string_view arguments) {
  return {message_start(),
          text_start(0),
          text_delta(0, "Let me see."),
          block_stop(0),
          tool_start(1, "t1", name),
          tool_delta(1, arguments),
          block_stop(1),
          message_delta("tool_use"),
          kMessageStop};
}
inline std::string whole_message(std::string_view text, std::string_view stop_reason = "end_turn") {
  return R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[)"
         R"({"type":"text","text":)" +
         json::quote(text) + R"(}],"stop_reason":)" + json::quote(stop_reason) +
         R"(,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":7}})";
}

inline void emit_stream(sdk::Op& op, const std::vector<std::string>& events) {
  op.emit(CLAIF_EMIT_HEAD, "200\nrequest-id: req_1\n");
  for (const std::string& event : events)
    op.emit(CLAIF_EMIT_EVENT, event);
}
inline Script streams(std::vector<std::string> events) {
  return [events = std::move(events)](sdk::Op& op) {
    emit_stream(op, events);
    op.finish();
  };
}
// A connection that ends in the middle, as transports say it.
inline Script cut_streams(std::vector<std::string> events) {
  return [events = std::move(events)](sdk::Op& op) {
    emit_stream(op, events);
    op.fail(CLAIF_E_INTERNAL, "the stream ended before message_stop");
  };
}
inline Script answers(std::string message) {
  return [message = std::move(message)](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, "200\n");
    op.emit(CLAIF_EMIT_MESSAGE, message);
    op.finish();
  };
}
inline Script refuses(const std::string& head, std::string body) {
  return [head, body = std::move(body)](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, head);
    op.emit(CLAIF_EMIT_ERROR_BODY, body);
    op.finish();
  };
}
inline const std::string kOverloaded =
    R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";

}  // namespace claif::test
