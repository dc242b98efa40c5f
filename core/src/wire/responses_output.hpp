// The output items of a response (Q8): what Claude's blocks become, each with what is known of it
// so far. The stream and the whole object are both made from these.
#pragma once

#include "base/json.hpp"
#include "wire/citations.hpp"
#include "wire/event.hpp"
#include "wire/responses_ids.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace claif::wire {

// The code points [begin, end) of a message's text rest on `link` (A5).
struct UrlCitation {
  Link link;
  size_t begin, end;
};

struct MessageItem {
  static constexpr std::string_view kPrefix = "msg";
  bool has_text = false;  // it has an output_text part, even if that is empty
  std::string text;
  size_t length = 0;  // of the text, in code points
  std::vector<UrlCitation> citations;
  std::string refusal;  // empty: no refusal part

  void append(std::string_view more);
  // Without the Markdown fence around all of it, if there is one (F2).
  void strip_fence();
};
struct ReasoningItem {
  static constexpr std::string_view kPrefix = "rs";
  std::string summary;
  std::string block;  // Claude's block as JSON; empty while it is not whole, or has no signature
};
struct FunctionCallItem {
  static constexpr std::string_view kPrefix = "fc";
  std::string call_id, name, arguments;
};
struct WebSearchItem {
  static constexpr std::string_view kPrefix = "ws";
  std::string query;
};

enum class ItemStatus { in_progress, completed, incomplete };

struct OutputItem {
  std::string id;
  size_t index;  // output_index of the stream
  ItemStatus status;
  std::variant<MessageItem, ReasoningItem, FunctionCallItem, WebSearchItem> body;
};

// The items of one response in the order in which they began. Not thread-safe.
class ResponseOutput {
 public:
  explicit ResponseOutput(ResponseIds ids) : ids_(std::move(ids)) {}

  // A new item, in progress. References to items stay valid.
  template <class Body>
  OutputItem& add(Body body) {
    const size_t index = items_.size();
    return items_.emplace_back(OutputItem{ids_.output(Body::kPrefix, index), index,
                                          ItemStatus::in_progress, std::move(body)});
  }
  // The message that a text block now would go on with; null when it would begin a new one.
  OutputItem* message() const { return message_; }
  OutputItem& begin_message() { return *(message_ = &add(MessageItem{})); }
  // A block of another kind came: what text follows belongs to a new message. Returns the old one,
  // or null.
  OutputItem* leave_message() { return std::exchange(message_, nullptr); }
  void strip_fences();  // of every message

  // Writes a JSON list. `encrypted`: with encrypted_content (Q9). A refused answer has no function
  // calls: no client may run them (Q10).
  void write(json::Writer& out, bool encrypted, bool refused) const;

 private:
  ResponseIds ids_;
  std::deque<OutputItem> items_;
  OutputItem* message_ = nullptr;
};

void write_item(json::Writer& out, const OutputItem& item, bool encrypted);
void write_text_part(json::Writer& out, const MessageItem& message);
void write_refusal_part(json::Writer& out, std::string_view refusal);
void write_summary_part(json::Writer& out, std::string_view text);
void write_url_citation(json::Writer& out, const UrlCitation& citation);

// True for a block that becomes a WebSearchItem.
inline bool is_web_search(BlockKind kind, std::string_view tool) {
  return kind == BlockKind::server_tool_use && tool == "web_search";
}
// True for a thinking block that Claude would take back: one that is whole, and so has a signature.
bool can_be_replayed(const json::Value& block);

// The status of a response, and why it is incomplete, by the stop reason (Q10).
struct ResponseOutcome {
  std::string_view status;  // completed or incomplete
  std::string_view reason;  // empty: it is complete
  ItemStatus item_status() const {
    return reason.empty() ? ItemStatus::completed : ItemStatus::incomplete;
  }
};
ResponseOutcome outcome_of(std::string_view stop_reason);

// The input of a tool call as the client gets it. `complete`: it is an object that could be sent
// back.
struct ToolInput {
  std::string text;
  bool complete;
};
// `input` may be what BlockBuilder made of a call that was cut: {"INVALID_JSON": "<what came>"};
// the client gets what came (Q10).
ToolInput read_tool_input(std::string input);
// The query of a web search by its input.
std::string search_query(std::string_view input);

}  // namespace claif::wire
