// A reply as the items that a transport emits.
#pragma once

#include "script.hpp"

#include <claif/abi/op.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace claif::transport_mock {

struct Step {
  uint32_t kind;
  std::string item;
  uint64_t delay_ms = 0;  // before it
};

struct Answer {
  std::vector<Step> steps;
  claif_error end{};  // code OK, or how the operation fails
};

struct AnswerOptions {
  uint64_t number = 0;  // of the call, for ids
  std::string_view model;
  size_t request_bytes = 0;
  bool streams = false;
  size_t chunk = 0;  // characters in a delta, 0: word by word
};

inline std::string quoted(std::string_view text) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {out.GetString(), out.GetSize()};
}

inline size_t tokens(size_t bytes) {
  return (bytes + 3) / 4;
}

// Length of the next delta: a word with the blanks after it, or `chunk` UTF-8 characters.
inline size_t next_piece(std::string_view text, size_t chunk) {
  if (chunk == 0) {
    const size_t blank = std::min(text.find_first_of(" \n\t"), text.size());
    return std::min(text.find_first_not_of(" \n\t", blank), text.size());
  }
  size_t at = 0;
  for (size_t characters = 0; at < text.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0u) != 0x80u;
    if (starts && characters++ == chunk) break;
  }
  return at;
}

class AnswerBuilder {
 public:
  AnswerBuilder(const Reply& reply, const AnswerOptions& options)
      : reply_(reply), options_(options) {}

  Answer build() {
    if (reply_.failure) return failure(*reply_.failure);
    head(200, options_.streams ? "text/event-stream" : "application/json", "");
    if (options_.streams) {
      stream();
    } else {
      add(CLAIF_EMIT_MESSAGE, message(content(), quoted(stop_reason()), output_tokens()));
    }
    return std::move(answer_);
  }

  // How many tokens the request has.
  Answer build_count() {
    head(200, "application/json", "");
    add(CLAIF_EMIT_MESSAGE,
        R"({"input_tokens":)" + std::to_string(tokens(options_.request_bytes)) + "}");
    return std::move(answer_);
  }

 private:
  void add(uint32_t kind, std::string item) { answer_.steps.push_back({kind, std::move(item), 0}); }
  void event(std::string json) { add(CLAIF_EMIT_EVENT, std::move(json)); }

  void head(uint32_t status, std::string_view type, std::string_view more) {
    std::string text =
        std::to_string(status) + "\nrequest-id: req_mock_" + std::to_string(options_.number);
    text.append("\ncontent-type: ").append(type).append("\n").append(more);
    add(CLAIF_EMIT_HEAD, std::move(text));
  }

  Answer failure(const Failure& f) {
    uint32_t retry_ms = 0;
    std::string more;
    if (f.retry_after_s) {
      retry_ms = static_cast<uint32_t>(*f.retry_after_s * 1000);
      if (retry_ms % 1000 != 0) more = "retry-after-ms: " + std::to_string(retry_ms) + "\n";
      more += "retry-after: " + std::to_string((retry_ms + 999) / 1000) + "\n";
    }
    head(f.status, "application/json", more);
    add(CLAIF_EMIT_ERROR_BODY, R"({"type":"error","error":{"type":)" + quoted(f.type) +
                                   R"(,"message":)" + quoted(f.message) + "}}");
    answer_.end = sdk::make_error(error_code(f.status), f.message, retry_ms);
    return std::move(answer_);
  }
  static claif_status error_code(uint32_t status) {
    switch (status) {
      case 400:
        return CLAIF_E_ARG;
      case 401:
      case 403:
        return CLAIF_E_AUTH;
      case 404:
        return CLAIF_E_NOT_FOUND;
      case 429:
        return CLAIF_E_RATE;
      default:
        return CLAIF_E_UNAVAILABLE;
    }
  }

  std::string stop_reason() const {
    if (!reply_.stop_reason.empty()) return reply_.stop_reason;
    return reply_.tool_uses.empty() ? "end_turn" : "tool_use";
  }
  size_t output_tokens() const {
    size_t bytes = reply_.text.size();
    for (const ToolUse& use : reply_.tool_uses)
      bytes += use.name.size() + use.input.size();
    return std::max<size_t>(tokens(bytes), 1);
  }
  std::string tool_use(size_t index, std::string_view input) const {
    return R"({"type":"tool_use","id":"toolu_mock_)" + std::to_string(options_.number) + "_" +
           std::to_string(index + 1) + R"(","name":)" + quoted(reply_.tool_uses[index].name) +
           R"(,"input":)" + std::string(input) + "}";
  }
  std::string content() const {
    std::string out;
    if (has_text()) out = R"({"type":"text","text":)" + quoted(reply_.text) + "}";
    for (size_t i = 0; i < reply_.tool_uses.size(); ++i)
      out += (out.empty() ? "" : ",") + tool_use(i, reply_.tool_uses[i].input);
    return out;
  }
  bool has_text() const { return !reply_.text.empty() || reply_.tool_uses.empty(); }

  std::string message(const std::string& content,
                      const std::string& stop_reason,
                      size_t output) const {
    return R"({"id":"msg_mock_)" + std::to_string(options_.number) +
           R"(","type":"message","role":"assistant","model":)" + quoted(options_.model) +
           R"(,"content":[)" + content + R"(],"stop_reason":)" + stop_reason +
           R"(,"stop_sequence":null,"usage":{"input_tokens":)" +
           std::to_string(tokens(options_.request_bytes)) +
           R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":)" +
           std::to_string(output) + "}}";
  }

  void stream() {
    event(R"({"type":"message_start","message":)" + message("", "null", 1) + "}");
    size_t index = 0;
    if (has_text()) text_block(index++);
    for (size_t i = 0; i < reply_.tool_uses.size(); ++i)
      tool_block(index++, i);
    event(R"({"type":"message_delta","delta":{"stop_reason":)" + quoted(stop_reason()) +
          R"(,"stop_sequence":null},"usage":{"output_tokens":)" + std::to_string(output_tokens()) +
          "}}");
    event(R"({"type":"message_stop"})");
  }
  void block_start(size_t index, const std::string& block) {
    event(R"({"type":"content_block_start","index":)" + std::to_string(index) +
          R"(,"content_block":)" + block + "}");
  }
  void block_delta(size_t index, const std::string& delta) {
    event(R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
          delta + "}");
  }
  void block_stop(size_t index) {
    event(R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}");
  }
  void text_block(size_t index) {
    block_start(index, R"({"type":"text","text":""})");
    for (std::string_view rest = reply_.text; !rest.empty();) {
      const size_t n = next_piece(rest, options_.chunk);
      block_delta(index, R"({"type":"text_delta","text":)" + quoted(rest.substr(0, n)) + "}");
      rest.remove_prefix(n);
    }
    block_stop(index);
  }
  // The input in two fragments, so that a reader has to join them.
  void tool_block(size_t index, size_t use) {
    const std::string_view input = reply_.tool_uses[use].input;
    const size_t half = std::max<size_t>(sdk::utf8_prefix(input, input.size() / 2), 1);
    block_start(index, tool_use(use, "{}"));
    for (const std::string_view part : {input.substr(0, half), input.substr(half)})
      block_delta(index, R"({"type":"input_json_delta","partial_json":)" + quoted(part) + "}");
    block_stop(index);
  }

  const Reply& reply_;
  const AnswerOptions& options_;
  Answer answer_;
};

}  // namespace claif::transport_mock
