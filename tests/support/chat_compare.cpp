#include "support/chat_compare.hpp"

#include "support/vector_compare.hpp"

#include <algorithm>
#include <iterator>

namespace claif::test {
namespace {

// A string content, and a string system, equal a list with one text block.
void expand_text(json::Value& owner, const char* key, rapidjson::Document::AllocatorType& pool) {
  const auto found = owner.FindMember(key);
  if (found == owner.MemberEnd() || !found->value.IsString()) return;
  json::Value block(rapidjson::kObjectType), list(rapidjson::kArrayType);
  block.AddMember("type", "text", pool).AddMember("text", json::Value(found->value, pool), pool);
  list.PushBack(block, pool);
  found->value = list;
}

void canonicalise(rapidjson::Document& body) {
  auto& pool = body.GetAllocator();
  expand_text(body, "system", pool);
  for (auto& message : body["messages"].GetArray()) {
    expand_text(message, "content", pool);
    if (const auto content = message.FindMember("content"); content != message.MemberEnd())
      for (auto& block : content->value.GetArray())
        if (json::string_or(block, "type") == "tool_result") expand_text(block, "content", pool);
  }
}

// The arguments of complete calls compare as JSON.
void parse_arguments(json::Value& completion, rapidjson::Document::AllocatorType& pool) {
  if (!completion.IsObject() || !completion.HasMember("choices")) return;
  for (auto& choice : completion["choices"].GetArray()) {
    const auto calls = choice["message"].FindMember("tool_calls");
    if (calls == choice["message"].MemberEnd()) continue;
    for (auto& call : calls->value.GetArray()) {
      auto& arguments = call["function"]["arguments"];
      const auto doc = parsed(json::text(arguments));
      if (!doc.HasParseError()) arguments.CopyFrom(doc, pool);
    }
  }
}

// The one member of a delta that merely goes on with a text, e.g. "content" or "arguments 0".
std::string text_of(const json::Value& chunk, std::string_view& value) {
  const json::Value* choices = json::find(chunk, "choices");
  if (choices == nullptr || choices->Size() != 1) return {};
  const json::Value& delta = (*choices)[0]["delta"];
  if (json::find((*choices)[0], "finish_reason") != nullptr || delta.MemberCount() != 1) return {};
  const auto& member = *delta.MemberBegin();
  const std::string name(json::text(member.name));
  if (member.value.IsString() && (name == "content" || name == "reasoning_content")) {
    value = json::text(member.value);
    return name;
  }
  if (name != "tool_calls" || member.value.Size() != 1) return {};
  const json::Value& call = member.value[0];
  if (call.MemberCount() != 2 || !call.HasMember("function")) return {};
  value = json::string_or(call["function"], "arguments");
  return call["function"].MemberCount() == 1
             ? "arguments " + std::to_string(json::integer_or(call, "index"))
             : "";
}

// The chunks with neighbouring fragments of one text merged and what never counts removed.
std::vector<std::string> canonical(const std::vector<std::string>& chunks) {
  std::vector<std::string> out;
  std::string last, joined;
  const auto flush = [&] {
    if (!joined.empty()) out.push_back(R"({")" + last + R"(":)" + json::quote(joined) + "}");
    joined.clear();
  };
  for (const std::string& chunk : chunks) {
    auto doc = parsed(chunk);
    strip(doc, {"id", "created", "system_fingerprint", "usage"}, doc.GetAllocator());
    auto whole = parsed(chunk);
    if (const auto usage = whole.FindMember("usage");
        usage != whole.MemberEnd() && !usage->value.IsNull())
      doc.AddMember("usage", json::Value(usage->value, doc.GetAllocator()), doc.GetAllocator());
    if (const auto error = doc.FindMember("error"); error != doc.MemberEnd()) {
      error->value.RemoveMember("message");
      strip(error->value, {}, doc.GetAllocator());
    }
    std::string_view value;
    const std::string kind = text_of(doc, value);
    if (kind.empty() || kind != last) flush();
    last = kind;
    if (kind.empty())
      out.push_back(json::dump(doc));
    else
      joined += value;
  }
  flush();
  return out;
}

bool has(const std::string& chunk, std::string_view member) {
  return chunk.find(member) != std::string::npos;
}
bool is_call(const std::string& chunk) {
  return has(chunk, R"("delta":{"tool_calls")") || has(chunk, R"("delta":{"function_call")");
}
bool is_end(const std::string& chunk) {
  return has(chunk, R"("finish_reason":")") || has(chunk, R"("choices":[])") ||
         has(chunk, R"("delta":{"refusal")") || chunk.starts_with(R"({"error")");
}

// Of chunks as they came: text, then calls, then the end; without the calls when that is a fault.
std::vector<std::string> with_calls_last(std::vector<std::string> chunks) {
  const bool fault = !chunks.empty() && chunks.back().starts_with(R"({"error")");
  std::vector<std::string> out, calls, ends;
  for (std::string& chunk : chunks)
    (is_end(chunk) ? ends : is_call(chunk) ? calls : out).push_back(std::move(chunk));
  if (!fault) out.insert(out.end(), calls.begin(), calls.end());
  out.insert(out.end(), ends.begin(), ends.end());
  return out;
}

}  // namespace

std::string body_difference(const json::Value& expected, const json::Value& actual) {
  auto wanted = parsed(json::dump(expected)), body = parsed(json::dump(actual));
  if (!wanted.IsObject() || !body.IsObject() || !body.HasMember("messages"))
    return "there is no Messages request";
  canonicalise(body);
  canonicalise(wanted);
  return difference(wanted, body);
}

std::string completion_difference(const json::Value& expected, const json::Value& actual) {
  auto wanted = parsed(json::dump(expected)), completion = parsed(json::dump(actual));
  for (rapidjson::Document* doc : {&completion, &wanted}) {
    strip(*doc, {"id", "created", "system_fingerprint"}, doc->GetAllocator());
    parse_arguments(*doc, doc->GetAllocator());
  }
  return difference(wanted, completion);
}

std::string chunks_difference(const json::Value& expected,
                              const std::vector<std::string>& actual,
                              ChunkOrder order) {
  if (!expected.IsArray()) return "the vector lacks expect_openai_chunks";
  std::vector<std::string> given;
  for (const auto& chunk : expected.GetArray())
    given.push_back(json::dump(chunk));
  const bool calls_last = order == ChunkOrder::calls_last;
  const auto wanted = canonical(calls_last ? with_calls_last(given) : given);
  const auto got = canonical(calls_last ? with_calls_last(actual) : actual);
  for (size_t i = 0; i < std::max(wanted.size(), got.size()); ++i) {
    const std::string at = "chunk " + std::to_string(i) + " ";
    if (i >= got.size()) return at + "is missing: " + wanted[i];
    if (i >= wanted.size()) return at + "is too much: " + got[i];
    if (auto differs = difference(wanted[i], got[i]); !differs.empty()) return at + differs;
  }
  return {};
}

}  // namespace claif::test
