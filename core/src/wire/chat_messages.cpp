// The messages of a chat completions request (translation.md 2.2-2.5): system text goes to the top,
// what one side says in a row becomes one message, tool results come first in theirs.
#include "base/limits.hpp"
#include "wire/chat_draft.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

enum class Side { user, assistant };

struct Part {
  enum Kind { text, tool_result, tool_use } kind;
  std::string_view text_or_content;  // text; content of a result
  const json::Value* value;          // the tool call, or the tool message
  std::string id;                    // of a call or result, sanitised
};
struct Turn {
  Side side;
  std::vector<Part> parts;
  std::vector<std::string_view> system;  // P3: goes after this turn
  size_t message;                        // index of its first message in the request
};

// P17: ids keep to [A-Za-z0-9_-].
std::string sanitise_id(Draft& draft, std::string_view id) {
  std::string out(id);
  for (char& c : out) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (good) continue;
    c = '_';
    draft.warn("tool_call_id", "sanitized");
  }
  return out;
}

class Conversation {
 public:
  explicit Conversation(Draft& draft) : draft_(draft) {}

  Result<void> read(const json::Value& messages) {
    for (unsigned i = 0; i < messages.Size(); ++i)
      CLAIF_CHECK(read_message(messages[i], i));
    CLAIF_CHECK(check_answered(messages.Size()));
    return settle();
  }
  void write_system(json::Writer& out) const {
    if (system_.empty()) return;
    std::string joined;
    for (const auto piece : system_) {
      if (!joined.empty()) joined += '\n';
      joined += piece;
    }
    out.key("system").string(joined);
  }
  void write_turns(json::Writer& out) const {
    for (const Turn& turn : turns_) {
      write_turn(turn, out);
      if (turn.system.empty()) continue;
      std::string joined;
      for (const auto piece : turn.system)
        (joined += joined.empty() ? "" : "\n") += piece;
      out.object().key("role").string("system").key("content").string(joined).end_object();
    }
  }

 private:
  Result<void> read_message(const json::Value& message, size_t i) {
    const std::string path = "messages[" + std::to_string(i) + "]";
    if (!message.IsObject()) return invalid_type(path, "an object");
    const json::Value* role = json::find(message, "role");
    if (role == nullptr) return missing(path + ".role");
    if (!role->IsString()) return invalid_type(path + ".role", "a string");
    if (json::find(message, "name") != nullptr) draft_.warn("name", "ignored");  // P11
    const std::string_view r = json::text(*role);
    if (r == "user") return read_user(message, i, path);
    if (r == "assistant") return read_assistant(message, i, path);
    if (r == "tool") return read_tool(message, i, path);
    if (r == "system" || r == "developer") return read_system(message, path);
    return invalid_value(
        path + ".role",
        "'" + std::string(r) + "' is no role: use system, developer, user, assistant or tool");
  }

  // The texts of a content that is a string or a list of text parts.
  Result<std::vector<std::string_view>> texts(const json::Value& content,
                                              const std::string& path,
                                              bool refusals) const {
    std::vector<std::string_view> out;
    if (content.IsString()) {
      out.push_back(json::text(content));
      return out;
    }
    if (!content.IsArray()) return invalid_type(path + ".content", "a string or a list of parts");
    for (unsigned k = 0; k < content.Size(); ++k) {
      const std::string at = path + ".content[" + std::to_string(k) + "]";
      const json::Value* type = json::find(content[k], "type");
      if (type == nullptr) return missing(at + ".type");
      const std::string_view t = type->IsString() ? json::text(*type) : std::string_view();
      const std::string_view key = t == "refusal" && refusals ? "refusal" : "text";
      if (t == "input_audio")
        return unsupported_value(at + ".type", "audio is not accepted");  // P15
      if (t != key)
        return invalid_value(
            at + ".type", "a part of type '" + std::string(t) + "' is not accepted here: use text");
      const json::Value* text = json::find(content[k], key);
      if (text == nullptr || !text->IsString())
        return invalid_type(at + "." + std::string(key), "a string");
      out.push_back(json::text(*text));
    }
    return out;
  }

  Result<void> read_system(const json::Value& message, const std::string& path) {
    const json::Value* content = json::find(message, "content");
    if (content == nullptr) return missing(path + ".content");
    CLAIF_TRY(const auto pieces, texts(*content, path, false));
    for (const auto piece : pieces) {
      if (is_blank(piece)) continue;
      if (turns_.empty())
        system_.push_back(piece);  // P2
      else if (draft_.model->mid_system)
        pending_system_.push_back(piece);  // P3
      else {
        system_.push_back(piece);  // P4
        draft_.warn("messages", "system_hoisted");
      }
    }
    return {};
  }

  Turn& turn(Side side, size_t i) {
    if (turns_.empty() || turns_.back().side != side) {
      place_system();
      turns_.push_back({side, {}, {}, i});
    }
    return turns_.back();
  }
  // P3: held system text goes after the user turn that just ended, or to the top when there is
  // none.
  void place_system() {
    if (pending_system_.empty()) return;
    if (!turns_.empty() && turns_.back().side == Side::user)
      turns_.back().system = std::move(pending_system_);
    else {
      system_.insert(system_.end(), pending_system_.begin(), pending_system_.end());
      draft_.warn("messages", "system_hoisted");
    }
    pending_system_.clear();
  }

  Result<void> read_user(const json::Value& message, size_t i, const std::string& path) {
    const json::Value* content = json::find(message, "content");
    if (content == nullptr) return invalid_type(path + ".content", "a string or a list of parts");
    CLAIF_TRY(const auto pieces, texts(*content, path, false));
    const size_t blank = static_cast<size_t>(std::count_if(pieces.begin(), pieces.end(), is_blank));
    if (blank == pieces.size()) {
      draft_.warn("messages", "empty_dropped");
      return {};
    }
    for (const auto piece : pieces)
      if (!is_blank(piece)) turn(Side::user, i).parts.push_back({Part::text, piece, nullptr, {}});
    return {};
  }

  Result<void> read_assistant(const json::Value& message, size_t i, const std::string& path) {
    CLAIF_CHECK(check_answered(i));
    std::vector<Part> parts;
    if (const json::Value* content = json::find(message, "content")) {
      CLAIF_TRY(const auto pieces, texts(*content, path, true));
      for (const auto piece : pieces)
        if (!is_blank(piece)) parts.push_back({Part::text, piece, nullptr, {}});
    }
    if (const std::string_view refusal = json::string_or(message, "refusal"); !is_blank(refusal))
      parts.push_back({Part::text, refusal, nullptr, {}});
    if (const json::Value* calls = json::find(message, "tool_calls")) {
      if (!calls->IsArray()) return invalid_type(path + ".tool_calls", "a list");
      for (unsigned k = 0; k < calls->Size(); ++k)
        CLAIF_CHECK(read_call((*calls)[k], path + ".tool_calls[" + std::to_string(k) + "]", parts));
    }
    if (parts.empty()) {
      draft_.warn("messages", "empty_dropped");
      return {};
    }
    Turn& t = turn(Side::assistant, i);
    calls_at_ = i;
    for (Part& part : parts) {
      if (part.kind == Part::tool_use) open_calls_.push_back(part.id);
      t.parts.push_back(std::move(part));
    }
    return {};
  }

  Result<void> read_call(const json::Value& call,
                         const std::string& path,
                         std::vector<Part>& parts) {
    const json::Value* id = json::find(call, "id");
    if (id == nullptr) return missing(path + ".id");
    if (!id->IsString()) return invalid_type(path + ".id", "a string");
    const std::string_view type = json::string_or(call, "type", "function");
    if (type != "function")
      return unsupported_value(path + ".type", "only calls of type function are accepted");
    const json::Value* function = json::find(call, "function");
    if (function == nullptr || json::string_or(*function, "name").empty())
      return missing(path + ".function.name");
    parts.push_back({Part::tool_use, {}, function, sanitise_id(draft_, json::text(*id))});
    return {};
  }

  Result<void> read_tool(const json::Value& message, size_t i, const std::string& path) {
    const json::Value* id = json::find(message, "tool_call_id");
    if (id == nullptr) return missing(path + ".tool_call_id");
    if (!id->IsString()) return invalid_type(path + ".tool_call_id", "a string");
    std::string clean = sanitise_id(draft_, json::text(*id));
    const auto open = std::find(open_calls_.begin(), open_calls_.end(), clean);
    if (open == open_calls_.end())
      return invalid_value(path + ".tool_call_id",
                           "'" + clean + "' is no unanswered call of the assistant's last message");
    open_calls_.erase(open);
    std::string_view text;
    if (const json::Value* content = json::find(message, "content")) {
      CLAIF_TRY(const auto pieces, texts(*content, path, false));
      if (pieces.size() == 1 && content->IsString()) text = pieces[0];
    }
    turn(Side::user, i).parts.push_back({Part::tool_result, text, &message, std::move(clean)});
    return {};
  }

  // P21: every call has its result before the assistant speaks again.
  Result<void> check_answered(size_t) const {
    if (open_calls_.empty()) return {};
    return invalid_value(
        "messages[" + std::to_string(calls_at_) + "].tool_calls",
        "the call '" + open_calls_.front() + "' has no tool message that answers it");
  }

  // The rules about how a conversation begins and ends: P5, P7, P9, P10.
  Result<void> settle() {
    place_system();
    if (turns_.empty()) {
      if (system_.empty())
        return invalid_value("messages", "every message is empty: say something");
      turns_.push_back({Side::user, {{Part::text, system_.back(), nullptr, {}}}, {}, 0});
      system_.pop_back();
      draft_.warn("messages", "system_as_user");
    }
    if (turns_.front().side == Side::assistant) {
      turns_.insert(turns_.begin(), Turn{Side::user, {{Part::text, ".", nullptr, {}}}, {}, 0});
      draft_.warn("messages", "user_prepended");
    }
    if (turns_.back().side == Side::assistant) {
      if (draft_.model->prefill)
        trim_prefill(turns_.back());
      else {
        turns_.push_back({Side::user, {{Part::text, "Continue.", nullptr, {}}}, {}, 0});
        draft_.warn("messages", "user_appended");
      }
    }
    return {};
  }
  static void trim_prefill(Turn& last) {
    std::string_view& text = last.parts.back().text_or_content;
    while (!text.empty() && is_blank(text.substr(text.size() - 1)))
      text.remove_suffix(1);
  }

  void write_turn(const Turn& turn, json::Writer& out) const {
    out.object().key("role").string(turn.side == Side::user ? "user" : "assistant").key("content");
    if (turn.parts.size() == 1 && turn.parts[0].kind == Part::text) {
      out.string(turn.parts[0].text_or_content).end_object();
      return;
    }
    out.array();
    for (const Part& part : turn.parts)  // P20
      if (part.kind == Part::tool_result) write_part(part, out);
    for (const Part& part : turn.parts)
      if (part.kind != Part::tool_result) write_part(part, out);
    out.end_array().end_object();
  }

  void write_part(const Part& part, json::Writer& out) const {
    if (part.kind == Part::text) {
      out.object().key("type").string("text").key("text").string(part.text_or_content).end_object();
    } else if (part.kind == Part::tool_use) {
      out.object().key("type").string("tool_use").key("id").string(part.id);
      out.key("name").string(json::string_or(*part.value, "name")).key("input");
      write_arguments(json::find(*part.value, "arguments"), out);
      out.end_object();
    } else {
      out.object().key("type").string("tool_result").key("tool_use_id").string(part.id);
      write_result(part, out);
      if (const json::Value* error = json::find(*part.value, "is_error");
          error != nullptr && error->IsTrue())
        out.key("is_error").boolean(true);
      out.end_object();
    }
  }

  // P18: what is no JSON object is wrapped, so that a truncated call does not end the conversation.
  void write_arguments(const json::Value* arguments, json::Writer& out) const {
    const std::string_view text =
        arguments != nullptr && arguments->IsString() ? json::text(*arguments) : std::string_view();
    if (is_blank(text) || text == "null") {
      out.raw("{}");
      return;
    }
    const auto parsed = json::parse(std::string(text));
    if (parsed && parsed->root().IsObject()) {
      out.value(parsed->root());
      return;
    }
    draft_.warn("arguments", "wrapped");
    out.object().key("INVALID_JSON").string(text).end_object();
  }

  static void write_result(const Part& part, json::Writer& out) {
    const json::Value* content = json::find(*part.value, "content");
    if (content != nullptr && content->IsArray()) {
      std::vector<std::string_view> kept;
      for (const auto& item : content->GetArray())
        if (!is_blank(json::string_or(item, "text"))) kept.push_back(json::string_or(item, "text"));
      if (kept.empty()) return;
      out.key("content").array();
      for (const auto text : kept)
        out.object().key("type").string("text").key("text").string(text).end_object();
      out.end_array();
    } else if (!is_blank(part.text_or_content)) {
      out.key("content").string(part.text_or_content);
    }
  }

  Draft& draft_;
  std::vector<std::string_view> system_, pending_system_;
  std::vector<Turn> turns_;
  std::vector<std::string> open_calls_;
  size_t calls_at_ = 0;
};

}  // namespace

Result<MessagesSpan> write_messages(Draft& draft, json::Writer& out) {
  const json::Value* messages = draft.get(Param::messages);
  if (messages == nullptr) return missing("messages");
  if (!messages->IsArray()) return invalid_type("messages", "a list");
  if (messages->Empty()) return invalid_value("messages", "'messages' is empty: say something");
  if (messages->Size() > limits::kMessages)
    return invalid_value(
        "messages", "'messages' has more than " + std::to_string(limits::kMessages) + " entries");
  Conversation conversation(draft);
  CLAIF_CHECK(conversation.read(*messages));
  conversation.write_system(out);
  out.key("messages").array();
  const size_t begin = out.view().size();
  conversation.write_turns(out);
  const size_t end = out.view().size();
  out.end_array();
  return MessagesSpan{begin, end};
}

}  // namespace claif::wire
