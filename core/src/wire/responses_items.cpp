// The input of a Responses request, read into a Conversation (Q1-Q3).
#include "base/limits.hpp"
#include "wire/media.hpp"
#include "wire/params.hpp"
#include "wire/reasoning_carrier.hpp"
#include "wire/responses_draft.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace claif::wire {
namespace {

// Says nothing that Claude would need, or nothing that it would take.
constexpr std::array<std::string_view, 5> kSkipped{"web_search_call", "file_search_call",
                                                   "code_interpreter_call", "image_generation_call",
                                                   "compaction"};

bool is_skipped(std::string_view type) {
  return std::find(kSkipped.begin(), kSkipped.end(), type) != kSkipped.end();
}

// Where a content stands: decides which types of parts it may have.
enum class Place { system, user, assistant, output };

class Reader {
 public:
  Reader(ResponsesDraft& draft, Conversation& conversation)
      : draft_(draft), conversation_(conversation) {}

  Result<void> read(const json::Value& item, const std::string& path) {
    if (!item.IsObject()) return invalid_type(path, "an object");
    const bool is_message = json::find(item, "role") != nullptr;
    CLAIF_TRY(const std::string_view type,
              optional_string(json::find(item, "type"), path + ".type",
                              is_message ? "message" : std::string_view()));
    if (type.empty()) return missing(path + ".type");
    if (type == "message") return read_message(item, path);
    if (type == "function_call") return read_call(item, path);
    if (type == "function_call_output") return read_output(item, path);
    if (type == "reasoning") return read_reasoning(item, path);
    if (is_skipped(type)) return {};
    return unsupported_value(path + ".type",
                             "items of type '" + std::string(type) + "' are not accepted");
  }

 private:
  Result<void> read_message(const json::Value& item, const std::string& path) {
    CLAIF_TRY(const std::string_view role,
              optional_string(json::find(item, "role"), path + ".role"));
    if (role.empty()) return missing(path + ".role");
    const json::Value* content = json::find(item, "content");
    if (role == "assistant") {
      CLAIF_TRY(auto blocks, parts(content, path, ".content", Place::assistant));
      CLAIF_CHECK(mark_last_part(item, path, blocks));
      return conversation_.add_assistant(std::move(blocks), path);
    }
    const bool is_system = role == "system" || role == "developer";
    if (!is_system && role != "user")
      return invalid_value(path + ".role", "'" + std::string(role) +
                                               "' is no role: use system, developer, user or "
                                               "assistant");
    if (content == nullptr) return missing(path + ".content");
    CLAIF_TRY(auto blocks,
              parts(content, path, ".content", is_system ? Place::system : Place::user));
    CLAIF_CHECK(mark_last_part(item, path, blocks));
    if (!is_system) {
      conversation_.add_user(std::move(blocks));
      return {};
    }
    for (Part& piece : blocks)
      conversation_.add_system(std::move(piece));
    return {};
  }

  Result<void> read_call(const json::Value& item, const std::string& path) {
    Part out;
    out.kind = Part::Kind::tool_use;
    CLAIF_TRY(out.id, call_id(item, path));
    CLAIF_TRY(out.name, optional_string(json::find(item, "name"), path + ".name"));
    if (out.name.empty()) return missing(path + ".name");
    CLAIF_TRY(out.arguments, optional_string(json::find(item, "arguments"), path + ".arguments"));
    std::vector<Part> blocks;
    blocks.push_back(std::move(out));
    CLAIF_CHECK(mark_last_part(item, path, blocks));
    return conversation_.add_assistant(std::move(blocks), path);
  }

  Result<void> read_output(const json::Value& item, const std::string& path) {
    Part out;
    out.kind = Part::Kind::tool_result;
    CLAIF_TRY(out.id, call_id(item, path));
    const json::Value* output = json::find(item, "output");
    if (output == nullptr) return missing(path + ".output");
    CLAIF_TRY(out.content, parts(output, path, ".output", Place::output));
    out.plain = output->IsString();
    CLAIF_TRY(out.is_error, optional_bool(json::find(item, "is_error"), path + ".is_error"));
    CLAIF_TRY(out.cache_control, cache_control_of(item, path));
    return conversation_.add_result(std::move(out), path + ".call_id");
  }

  // What is not ours says nothing to Claude (Q2).
  Result<void> read_reasoning(const json::Value& item, const std::string& path) {
    CLAIF_TRY(const std::string_view sealed,
              optional_string(json::find(item, "encrypted_content"), path + ".encrypted_content"));
    const auto blocks = open_reasoning(sealed);
    if (!blocks || blocks->empty()) return {};
    CLAIF_TRY(json::Document doc, json::parse("[" + *blocks + "]"));
    draft_.kept.push_back(std::move(doc));
    std::vector<Part> out;
    for (const auto& block : draft_.kept.back().root().GetArray())
      out.push_back(Part::of_value(block));
    return conversation_.add_assistant(std::move(out), path);
  }

  Result<std::string> call_id(const json::Value& item, const std::string& path) {
    CLAIF_TRY(const std::string_view id,
              optional_string(json::find(item, "call_id"), path + ".call_id"));
    if (id.empty()) return missing(path + ".call_id");
    return sanitise_id(draft_, id);
  }

  // A content that is a string or a list of parts.
  Result<std::vector<Part>> parts(const json::Value* content,
                                  const std::string& path,
                                  std::string_view member,
                                  Place place) {
    return read_parts(content, path, member, [&](const json::Value& part, const std::string& at) {
      return read_part(part, at, place);
    });
  }

  Result<Part> read_part(const json::Value& part, const std::string& at, Place place) {
    if (!part.IsObject()) return invalid_type(at, "an object");
    CLAIF_TRY(const std::string_view t, optional_string(json::find(part, "type"), at + ".type"));
    if (t.empty()) return missing(at + ".type");
    const bool is_said = place == Place::assistant && (t == "output_text" || t == "refusal");
    if (is_said || t == "input_text") return read_text(part, t == "refusal" ? t : "text", at);
    const bool takes_media = place == Place::user || place == Place::output;
    if (takes_media && t == "input_image") return read_image(part, at);
    if (takes_media && t == "input_file") return read_file(part, at);
    if (t == "input_audio")  // P15
      return unsupported_value(at + ".type", "audio is not accepted");
    return invalid_value(at + ".type", "a part of type '" + std::string(t) +
                                           "' is not accepted here: use input_text" +
                                           (takes_media ? ", input_image or input_file" : "") +
                                           (place == Place::assistant ? ", output_text" : ""));
  }

  static Result<Part> read_text(const json::Value& part,
                                std::string_view key,
                                const std::string& at) {
    const std::string param = at + "." + std::string(key);
    const json::Value* text = json::find(part, key);
    if (text == nullptr) return missing(param);
    if (!text->IsString()) return invalid_type(param, "a string");
    return Part::of_text(json::text(*text));
  }

  Result<Part> read_image(const json::Value& part, const std::string& at) {  // Q3
    CLAIF_TRY(const std::string_view url,
              optional_string(json::find(part, "image_url"), at + ".image_url"));
    if (!url.empty()) return image_of_url(draft_, url, at + ".image_url");
    CLAIF_TRY(const std::string_view id,
              optional_string(json::find(part, "file_id"), at + ".file_id"));
    if (id.empty()) return missing(at + ".image_url");
    return stored_file(id, Part::Kind::image, at + ".file_id");
  }

  Result<Part> read_file(const json::Value& part, const std::string& at) {  // Q3
    CLAIF_TRY(const std::string_view url,
              optional_string(json::find(part, "file_url"), at + ".file_url"));
    const json::Value* name = json::find(part, "filename");
    if (url.empty())
      return file_of(draft_, {json::find(part, "file_data"), json::find(part, "file_id"), name},
                     at);
    return document_of_url(url, name, at);
  }

  static Result<Part> document_of_url(std::string_view url,
                                      const json::Value* name,
                                      const std::string& at) {
    constexpr std::string_view kHttps = "https://";
    if (!starts_with_any_case(url, kHttps) || url.size() == kHttps.size())
      return invalid_value(at + ".file_url", "a file's URL must begin with https://");
    Part out;
    out.kind = Part::Kind::document;
    out.source = Part::Source::url;
    out.text = url;
    CLAIF_TRY(out.title, optional_string(name, at + ".filename"));
    return out;
  }

  ResponsesDraft& draft_;
  Conversation& conversation_;
};

}  // namespace

Result<void> read_input(ResponsesDraft& draft,
                        const std::vector<PastTurn>& history,
                        Conversation& conversation) {
  CLAIF_TRY(const std::string_view instructions,
            optional_string(draft.get("instructions"), "instructions"));
  conversation.add_system(Part::of_text(instructions));
  Reader reader(draft, conversation);
  for (const PastTurn& turn : history) {
    CLAIF_TRY(json::Document doc, json::parse("[" + turn.items + "]"));
    draft.kept.push_back(std::move(doc));
    const json::Document& before = draft.kept.back();
    const bool same_head = turn.head == draft.head;
    for (const auto& item : before.root().GetArray()) {
      if (!same_head && json::string_or(item, "type") == "reasoning") continue;
      // These have no place in the client's input: errors name the whole of it.
      CLAIF_CHECK(reader.read(item, "input"));
    }
  }
  const json::Value* input = draft.get("input");
  if (input == nullptr) return missing("input");
  if (input->IsString()) {
    if (json::text(*input).empty())
      return invalid_value("input", "'input' is empty: say something");
    conversation.add_user({Part::of_text(json::text(*input))});
    return conversation.finish("input");
  }
  if (!input->IsArray()) return invalid_type("input", "a string or a list of items");
  if (input->Empty()) return invalid_value("input", "'input' is empty: say something");
  if (input->Size() > limits::kMessages)
    return invalid_value("input",
                         "'input' has more than " + std::to_string(limits::kMessages) + " entries");
  for (unsigned i = 0; i < input->Size(); ++i)
    CLAIF_CHECK(reader.read((*input)[i], "input[" + std::to_string(i) + "]"));
  return conversation.finish("input");
}

}  // namespace claif::wire
