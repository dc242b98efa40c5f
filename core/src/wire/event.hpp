// Anthropic's stream events as typed values (translation.md section 4). Sets of event, block and
// delta types are open: what is unknown becomes Other and is passed over.
#pragma once

#include <claif/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace claif::wire {

// Token counts; absent when the server did not say.
struct Usage {
  std::optional<int64_t> input, output, cache_creation, cache_read, thinking;
  // Later values replace earlier ones: they are cumulative (S8).
  void overwrite(const Usage& newer);
  int64_t prompt_tokens() const {  // A7
    return input.value_or(0) + cache_creation.value_or(0) + cache_read.value_or(0);
  }
};

enum class BlockKind { text, tool_use, server_tool_use, thinking, redacted_thinking, other };

struct MessageStart {
  std::string_view id, model, service_tier;
  Usage usage;
  std::string_view content;  // JSON list of the blocks that it came with; empty as a rule (S2)
};
struct BlockStart {
  int64_t index;
  BlockKind kind;
  std::string_view text;      // of a text or thinking block that starts with some
  std::string_view id, name;  // of a tool_use or server_tool_use
  std::string_view input;     // of these: compact JSON, "{}" as a rule
  std::string_view json;      // the block itself
};
struct TextDelta {
  int64_t index;
  std::string_view text;
};
struct JsonDelta {
  int64_t index;
  std::string_view partial_json;
};
struct ThinkingDelta {
  int64_t index;
  std::string_view thinking;
};
struct SignatureDelta {
  int64_t index;
  std::string_view signature;
};
struct CitationsDelta {
  int64_t index;
  std::string_view citation;  // a JSON object
};
struct BlockStop {
  int64_t index;
};
struct MessageDelta {
  std::string_view stop_reason, stop_sequence;  // empty: not said
  std::string_view refusal;                     // stop_details.explanation
  Usage usage;
  std::string_view stop_details;  // JSON; empty: not said
};
struct MessageStop {};
struct StreamError {
  std::string_view type, message, error_code;
};
struct Other {};  // ping and everything unknown

using EventBody = std::variant<Other,
                               MessageStart,
                               BlockStart,
                               TextDelta,
                               JsonDelta,
                               ThinkingDelta,
                               SignatureDelta,
                               CitationsDelta,
                               BlockStop,
                               MessageDelta,
                               MessageStop,
                               StreamError>;

// The event's type as Anthropic names it; "other" for those that are passed over.
std::string_view type_name(const EventBody& body);

struct Event {
  std::string_view json;  // as received
  std::string_view type;  // as received; empty when it has none
  EventBody body;
};

// Parses one event at a time; the views of an Event end with the next call. Not thread-safe.
class EventParser {
 public:
  // upstream, reason upstream_protocol_error, when `json` is no JSON object, not UTF-8, or nests so
  // deep that what it says could not be sent back in a request. `json` must outlive the Event.
  Result<Event> parse(std::string_view json);

 private:
  std::string text_, input_, part_;
};

}  // namespace claif::wire
