#include "support/chunk_grammar.hpp"

#include "base/json.hpp"
#include "support/json_difference.hpp"
#include "wire/citations.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace claif::test {
namespace {

class Checker {
 public:
  explicit Checker(const ChunkRules& rules) : rules_(rules) {}

  // What is wrong with the next frame.
  std::string frame(std::string_view data) {
    if (done_) return "a frame after [DONE]";
    if (failed_) return "a frame after the error";
    if (data == "[DONE]") return done();
    const auto doc = parsed(data);
    if (doc.HasParseError() || !doc.IsObject()) return "no JSON object";
    if (doc.HasMember("error")) return error(doc);
    if (auto wrong = head(doc); !wrong.empty()) return wrong;
    const json::Value* choices = json::find(doc, "choices");
    if (choices == nullptr || !choices->IsArray()) return "no choices";
    if (choices->Empty()) return usage(doc);
    if (choices->Size() != 1) return "more than one choice";
    if (finished_) return "a chunk after the finish";
    const bool null_usage = doc.HasMember("usage") && doc["usage"].IsNull();
    if (doc.HasMember("usage") != rules_.include_usage || null_usage != rules_.include_usage)
      return "usage is not null exactly when it comes at the end";
    return choice((*choices)[0]);
  }
  std::string end() const {
    if (!rules_.ended || done_ || failed_ || !begun_) return {};
    return "the stream has no end";
  }

 private:
  std::string done() {
    done_ = true;
    if (!finished_) return "[DONE] without a finish";
    return rules_.include_usage != has_usage_ ? "usage is missing or not asked for" : "";
  }
  std::string error(const json::Value& doc) {
    failed_ = true;
    if (!begun_) return "an error frame in the place of an HTTP error";
    if (finished_) return "an error after the finish";
    const json::Value* e = json::find(doc, "error");
    if (e == nullptr || json::string_or(*e, "message").empty() ||
        json::string_or(*e, "type").empty() || !e->HasMember("param") || !e->HasMember("code"))
      return "an incomplete error";
    return doc.MemberCount() == 1 ? "" : "an error with company";
  }
  // Members that are the same in every chunk.
  std::string head(const json::Value& doc) {
    if (json::string_or(doc, "object") != "chat.completion.chunk") return "no chunk";
    std::string now(json::string_or(doc, "id"));
    now.append("/").append(json::string_or(doc, "model"));
    now.append("/").append(json::string_or(doc, "service_tier"));
    now.append("/").append(std::to_string(json::integer_or(doc, "created", -1)));
    if (json::string_or(doc, "id").empty()) return "no id";
    if (head_.empty()) head_ = now;
    return head_ == now ? "" : "another id, model, tier or time than before";
  }
  std::string usage(const json::Value& doc) {
    if (!finished_) return "usage before the finish";
    if (std::exchange(has_usage_, true)) return "usage twice";
    const json::Value* usage = json::find(doc, "usage");
    if (usage == nullptr) return "no choice and no usage";
    const int64_t sum =
        json::integer_or(*usage, "prompt_tokens") + json::integer_or(*usage, "completion_tokens");
    return json::integer_or(*usage, "total_tokens", -1) == sum ? "" : "usage that does not add up";
  }

  std::string choice(const json::Value& choice) {
    const json::Value* delta = json::find(choice, "delta");
    if (json::integer_or(choice, "index", -1) != 0 || delta == nullptr || !delta->IsObject() ||
        !choice.HasMember("finish_reason"))
      return "an incomplete choice";
    if (const json::Value* reason = json::find(choice, "finish_reason"))
      return finish(*delta, *reason);
    if (!std::exchange(begun_, true)) {
      return delta->MemberCount() == 2 && json::string_or(*delta, "role") == "assistant" &&
                     delta->HasMember("content")
                 ? ""
                 : "the first chunk does not say whose message it is";
    }
    if (delta->MemberCount() != 1) return "a delta with none or several members";
    const auto& member = *delta->MemberBegin();
    return grow(json::text(member.name), member.value);
  }
  std::string finish(const json::Value& delta, const json::Value& reason) {
    finished_ = true;
    if (!begun_) return "a finish before the beginning";
    if (delta.MemberCount() != 0) return "a finish that says something else too";
    const std::string_view word = reason.IsString() ? json::text(reason) : "";
    const std::array<std::string_view, 5> words{"stop", "length", "content_filter", "tool_calls",
                                                "function_call"};
    if (std::find(words.begin(), words.end(), word) == words.end()) return "an unknown finish";
    if (std::find(arguments_.begin(), arguments_.end(), 0U) != arguments_.end())
      return "a call without arguments";
    if (refused_ != (word == "content_filter")) return "a refusal that is none";
    if (word == "tool_calls" && (arguments_.empty() || legacy_)) return "tool_calls without one";
    if (word == "function_call" && !legacy_) return "function_call without one";
    return word == "stop" && !arguments_.empty() ? "stop, but there are calls" : "";
  }

  std::string grow(std::string_view name, const json::Value& value) {
    if (refused_) return "a delta after the refusal";
    if (name == "tool_calls") return call(value);
    if (name == "function_call") return begin_or_go_on(value, true);
    if (name == "annotations") return annotations(value);
    if (name == "thinking_blocks")
      return value.IsArray() && value.Size() == 1 && value[0].IsObject() ? "" : "no thinking block";
    if (name != "content" && name != "reasoning_content" && name != "refusal")
      return "an unknown delta";
    if (!value.IsString() || value.GetStringLength() == 0) return "an empty " + std::string(name);
    if (name == "content") points_ += wire::code_points(json::text(value));
    refused_ |= name == "refusal";
    return {};
  }
  std::string call(const json::Value& list) {
    if (!list.IsArray() || list.Size() != 1) return "not one call a chunk";
    const json::Value& call = list[0];
    const int64_t index = json::integer_or(call, "index", -1);
    const json::Value* function = json::find(call, "function");
    if (function == nullptr || legacy_) return "a call without a function";
    const auto known = static_cast<int64_t>(arguments_.size());
    if (!call.HasMember("id")) {
      if (index < 0 || index >= known) return "arguments of no call";
      return more_arguments(static_cast<size_t>(index), *function);
    }
    if (index != known) return "a call that is not the next";
    if (json::string_or(call, "id").empty() || json::string_or(call, "type") != "function")
      return "a call without id or type";
    return begin_or_go_on(*function, false);
  }
  // `value` begins a call, or goes on with a legacy one.
  std::string begin_or_go_on(const json::Value& value, bool legacy) {
    if (legacy && legacy_ && !value.HasMember("name")) return more_arguments(0, value);
    if (legacy && !arguments_.empty()) return "a second function_call";
    if (json::string_or(value, "name").empty() || !value.HasMember("arguments") ||
        json::string_or(value, "arguments") != "")
      return "a call that does not begin with its name";
    legacy_ = legacy;
    arguments_.push_back(0);
    return {};
  }
  std::string more_arguments(size_t index, const json::Value& function) {
    const std::string_view more = json::string_or(function, "arguments");
    if (function.MemberCount() != 1 || more.empty()) return "a fragment without arguments";
    arguments_[index] += more.size();
    return {};
  }
  std::string annotations(const json::Value& list) {
    if (!list.IsArray() || list.Empty()) return "no annotations";
    for (const auto& entry : list.GetArray()) {
      const json::Value* link = json::find(entry, "url_citation");
      if (json::string_or(entry, "type") != "url_citation" || link == nullptr)
        return "an unknown annotation";
      const int64_t begin = json::integer_or(*link, "start_index", -1);
      const int64_t end = json::integer_or(*link, "end_index", -1);
      if (begin < 0 || begin > end || end > static_cast<int64_t>(points_))
        return "an annotation of what is not there";
    }
    return {};
  }

  ChunkRules rules_;
  std::string head_;
  bool begun_ = false, finished_ = false, has_usage_ = false, done_ = false, failed_ = false;
  bool refused_ = false, legacy_ = false;
  std::vector<size_t> arguments_;  // bytes of each call
  size_t points_ = 0;
};

}  // namespace

std::string violation(std::string_view sse, const ChunkRules& rules) {
  Checker checker(rules);
  while (!sse.empty()) {
    const size_t end = sse.find("\n\n");
    const std::string_view frame = sse.substr(0, end);
    const auto at = [&](const std::string& what) { return what + ": " + std::string(frame); };
    if (end == std::string_view::npos) return at("half a frame");
    if (!json::is_utf8(frame)) return at("not UTF-8");
    if (!frame.starts_with(": ")) {
      if (!frame.starts_with("data: ") || frame.find('\n') != frame.npos) return at("no frame");
      if (auto wrong = checker.frame(frame.substr(6)); !wrong.empty()) return at(wrong);
    }
    sse.remove_prefix(end + 2);
  }
  return checker.end();
}

}  // namespace claif::test
