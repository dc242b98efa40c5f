// The messages of a chat completions request (translation.md 2.2-2.5), read into a Conversation.
#include "base/limits.hpp"
#include "wire/chat_draft.hpp"
#include "wire/params.hpp"

namespace claif::wire {
namespace {

// Which types of parts a role's content may have.
struct Allowed {
  bool media = false, refusal = false;
};

class Reader {
 public:
  Reader(Draft& draft, Conversation& conversation) : draft_(draft), conversation_(conversation) {}

  Result<void> read(const json::Value& message, size_t i) {
    const std::string path = "messages[" + std::to_string(i) + "]";
    if (!message.IsObject()) return invalid_type(path, "an object");
    const json::Value* role = json::find(message, "role");
    if (role == nullptr) return missing(path + ".role");
    if (!role->IsString()) return invalid_type(path + ".role", "a string");
    const std::string_view r = json::text(*role);
    if (r != "function" && json::find(message, "name") != nullptr)
      draft_.warn("name", "ignored");  // P11
    if (r == "user") return read_user(message, path);
    if (r == "assistant") return read_assistant(message, i, path);
    if (r == "tool") return read_tool(message, path);
    if (r == "function") return read_function(message, path);
    if (r == "system" || r == "developer") return read_system(message, path);
    return invalid_value(path + ".role", "'" + std::string(r) +
                                             "' is no role: use system, developer, user, "
                                             "assistant or tool");
  }

 private:
  // A content that is a string or a list of parts.
  Result<std::vector<Part>> parts(const json::Value* content,
                                  const std::string& path,
                                  Allowed allowed) {
    return read_parts(content, path, ".content",
                      [&](const json::Value& part, const std::string& at) {
                        return read_part(part, at, allowed);
                      });
  }

  Result<Part> read_part(const json::Value& part, const std::string& at, Allowed allowed) {
    if (!part.IsObject()) return invalid_type(at, "an object");
    const json::Value* type = json::find(part, "type");
    if (type == nullptr) return missing(at + ".type");
    if (!type->IsString()) return invalid_type(at + ".type", "a string");
    const std::string_view t = json::text(*type);
    if (t == "text" || (t == "refusal" && allowed.refusal)) {
      const json::Value* text = json::find(part, t);
      if (text == nullptr) return missing(at + "." + std::string(t));
      if (!text->IsString()) return invalid_type(at + "." + std::string(t), "a string");
      return Part::of_text(json::text(*text));
    }
    if (t == "image_url" && allowed.media) return read_image(part, at + ".image_url");
    if (t == "file" && allowed.media) {
      const json::Value* file = json::find(part, "file");
      if (file == nullptr) return missing(at + ".file");
      if (!file->IsObject()) return invalid_type(at + ".file", "an object");
      return file_of(draft_,
                     {json::find(*file, "file_data"), json::find(*file, "file_id"),
                      json::find(*file, "filename")},
                     at + ".file");
    }
    if (t == "input_audio")  // P15
      return unsupported_value(at + ".type", "audio is not accepted");
    return invalid_value(at + ".type", "a part of type '" + std::string(t) +
                                           "' is not accepted here: use text" +
                                           (allowed.media ? ", image_url or file" : ""));
  }

  Result<Part> read_image(const json::Value& part, const std::string& path) {
    const json::Value* image = json::find(part, "image_url");
    if (image == nullptr) return missing(path);
    if (!image->IsObject()) return invalid_type(path, "an object");
    const json::Value* url = json::find(*image, "url");
    if (url == nullptr) return missing(path + ".url");
    if (!url->IsString()) return invalid_type(path + ".url", "a string");
    return image_of_url(draft_, json::text(*url), path + ".url");
  }

  Result<void> read_system(const json::Value& message, const std::string& path) {
    const json::Value* content = json::find(message, "content");
    if (content == nullptr) return missing(path + ".content");
    CLAIF_TRY(auto pieces, parts(content, path, {}));
    CLAIF_CHECK(mark_last_part(message, path, pieces));
    for (Part& piece : pieces)
      conversation_.add_system(std::move(piece));
    return {};
  }

  Result<void> read_user(const json::Value& message, const std::string& path) {
    const json::Value* content = json::find(message, "content");
    if (content == nullptr) return invalid_type(path + ".content", "a string or a list of parts");
    CLAIF_TRY(auto blocks, parts(content, path, {true, false}));
    CLAIF_CHECK(mark_last_part(message, path, blocks));
    conversation_.add_user(std::move(blocks));
    return {};
  }

  // P16: thinking, then text, then calls.
  Result<void> read_assistant(const json::Value& message, size_t i, const std::string& path) {
    CLAIF_TRY(auto blocks, parts(json::find(message, "content"), path, {false, true}));
    CLAIF_CHECK(read_thinking(message, path, blocks));
    if (const json::Value* refusal = json::find(message, "refusal")) {
      CLAIF_TRY(const std::string_view text, optional_string(refusal, path + ".refusal"));
      blocks.push_back(Part::of_text(text));
    }
    if (json::find(message, "audio") != nullptr) draft_.warn("audio", "ignored");
    std::string calls_param = path + ".tool_calls";
    if (const json::Value* calls = json::find(message, "tool_calls")) {
      if (!calls->IsArray()) return invalid_type(calls_param, "a list");
      for (unsigned k = 0; k < calls->Size(); ++k)
        CLAIF_CHECK(read_call((*calls)[k], calls_param + "[" + std::to_string(k) + "]", blocks));
    }
    if (const json::Value* call = json::find(message, "function_call")) {  // P22
      calls_param = path + ".function_call";
      CLAIF_CHECK(read_called(*call, calls_param, "call_fn_" + std::to_string(i), blocks));
    }
    CLAIF_CHECK(mark_last_part(message, path, blocks));
    return conversation_.add_assistant(std::move(blocks), calls_param);
  }

  static Result<void> read_thinking(const json::Value& message,
                                    const std::string& path,
                                    std::vector<Part>& blocks) {
    const json::Value* thinking = json::find(message, "thinking_blocks");
    if (thinking == nullptr) return {};
    const std::string param = path + ".thinking_blocks";
    std::vector<Part> first;
    if (!thinking->IsArray()) return invalid_type(param, "a list");
    for (unsigned k = 0; k < thinking->Size(); ++k) {
      const std::string_view type = json::string_or((*thinking)[k], "type");
      if (type != "thinking" && type != "redacted_thinking")
        return invalid_value(param + "[" + std::to_string(k) + "].type",
                             "a thinking block is of type thinking or redacted_thinking");
      first.push_back(Part::of_value((*thinking)[k]));
    }
    blocks.insert(blocks.begin(), std::make_move_iterator(first.begin()),
                  std::make_move_iterator(first.end()));
    return {};
  }

  Result<void> read_call(const json::Value& call,
                         const std::string& path,
                         std::vector<Part>& blocks) {
    if (!call.IsObject()) return invalid_type(path, "an object");
    const json::Value* id = json::find(call, "id");
    if (id == nullptr) return missing(path + ".id");
    if (!id->IsString()) return invalid_type(path + ".id", "a string");
    CLAIF_TRY(const std::string_view type,
              optional_string(json::find(call, "type"), path + ".type", "function"));
    if (type != "function")
      return unsupported_value(path + ".type", "only calls of type function are accepted");
    const json::Value* function = json::find(call, "function");
    if (function == nullptr) return missing(path + ".function.name");
    return read_called(*function, path + ".function", json::text(*id), blocks);
  }

  // {"name", "arguments"}
  Result<void> read_called(const json::Value& function,
                           const std::string& path,
                           std::string_view id,
                           std::vector<Part>& blocks) {
    if (!function.IsObject()) return invalid_type(path, "an object");
    CLAIF_TRY(const std::string_view name,
              optional_string(json::find(function, "name"), path + ".name"));
    if (name.empty()) return missing(path + ".name");
    Part out;
    out.kind = Part::Kind::tool_use;
    out.name = name;
    out.id = sanitise_id(draft_, id);
    CLAIF_TRY(out.arguments,
              optional_string(json::find(function, "arguments"), path + ".arguments"));
    blocks.push_back(std::move(out));
    return {};
  }

  Result<void> read_tool(const json::Value& message, const std::string& path) {
    const std::string param = path + ".tool_call_id";
    const json::Value* id = json::find(message, "tool_call_id");
    if (id == nullptr) return missing(param);
    if (!id->IsString()) return invalid_type(param, "a string");
    return add_result(message, sanitise_id(draft_, json::text(*id)), path, param);
  }

  Result<void> read_function(const json::Value& message, const std::string& path) {
    CLAIF_TRY(const std::string_view name,
              optional_string(json::find(message, "name"), path + ".name"));
    if (name.empty()) return missing(path + ".name");
    std::string id = conversation_.open_call_of(name);
    if (id.empty())
      return invalid_value(path + ".name", "the assistant's last message calls no function '" +
                                               std::string(name) + "' that is still unanswered");
    return add_result(message, std::move(id), path, path + ".name");
  }

  Result<void> add_result(const json::Value& message,
                          std::string id,
                          const std::string& path,
                          const std::string& param) {
    Part out;
    out.kind = Part::Kind::tool_result;
    out.id = std::move(id);
    const json::Value* content = json::find(message, "content");
    CLAIF_TRY(out.content, parts(content, path, {true, false}));
    out.plain = content != nullptr && content->IsString();
    CLAIF_TRY(out.is_error, optional_bool(json::find(message, "is_error"), path + ".is_error"));
    CLAIF_TRY(out.cache_control, cache_control_of(message, path));
    return conversation_.add_result(std::move(out), param);
  }

  Draft& draft_;
  Conversation& conversation_;
};

}  // namespace

Result<void> read_messages(ChatDraft& draft, Conversation& conversation) {
  const json::Value* messages = draft.get(Param::messages);
  if (messages == nullptr) return missing("messages");
  if (!messages->IsArray()) return invalid_type("messages", "a list");
  if (messages->Empty()) return invalid_value("messages", "'messages' is empty: say something");
  if (messages->Size() > limits::kMessages)
    return invalid_value(
        "messages", "'messages' has more than " + std::to_string(limits::kMessages) + " entries");
  Reader reader(draft, conversation);
  for (unsigned i = 0; i < messages->Size(); ++i)
    CLAIF_CHECK(reader.read((*messages)[i], i));
  return conversation.finish("messages");
}

}  // namespace claif::wire
