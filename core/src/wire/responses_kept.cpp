#include "wire/responses_kept.hpp"

#include "base/json.hpp"
#include "wire/draft.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace claif::wire {
namespace {

constexpr size_t kDefaultLimit = 20, kMostLimit = 100;

void write_item(const json::Value& item, bool encrypted, json::Writer& out) {
  if (encrypted || json::find(item, "encrypted_content") == nullptr) {
    out.value(item);
    return;
  }
  out.object();
  for (const auto& member : item.GetObject())
    if (json::text(member.name) != "encrypted_content")
      out.any_key(json::text(member.name)).value(member.value);
  out.end_object();
}

Result<size_t> read_limit(const std::optional<std::string>& text) {
  if (!text) return kDefaultLimit;
  size_t limit = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, limit);
  if (error != std::errc() || rest != end || limit < 1 || limit > kMostLimit)
    return invalid_value("limit", "'limit' must be an integer from 1 to 100");
  return limit;
}

std::string_view id_of(const json::Value& item) {
  return json::string_or(item, "id");
}

}  // namespace

Result<std::string> show_response(std::string object, bool encrypted, bool stored) {
  json::Writer out(object.size());
  CLAIF_TRY(const json::Document doc, json::parse(std::move(object)));
  if (!doc.root().IsObject()) return fail(Errc::internal, "what was kept is no response");
  out.object();
  for (const auto& member : doc.root().GetObject()) {
    const std::string_view name = json::text(member.name);
    out.any_key(name);
    if (name == "store") {
      out.boolean(stored);
    } else if (name == "output" && member.value.IsArray()) {
      out.array();
      for (const auto& item : member.value.GetArray())
        write_item(item, encrypted, out);
      out.end_array();
    } else {
      out.value(member.value);
    }
  }
  return out.end_object().take();
}

Result<std::string> list_input_items(const std::string& items, const ItemsQuery& query) {
  CLAIF_TRY(const size_t limit, read_limit(query.limit));
  const std::string order = query.order.value_or("desc");
  if (order != "asc" && order != "desc")
    return invalid_value("order", "'order' must be asc or desc");
  CLAIF_TRY(const json::Document doc, json::parse("[" + items + "]"));
  std::vector<const json::Value*> all;
  for (const auto& item : doc.root().GetArray())
    all.push_back(&item);
  if (order == "desc") std::reverse(all.begin(), all.end());
  auto first = all.begin();
  if (query.after) {
    first = std::find_if(all.begin(), all.end(),
                         [&](const json::Value* item) { return id_of(*item) == *query.after; });
    if (first == all.end()) return invalid_value("after", "'after' names no item of this response");
    ++first;
  }
  const auto left = static_cast<size_t>(all.end() - first);
  const auto last = first + static_cast<std::ptrdiff_t>(std::min(limit, left));
  json::Writer out;
  out.object().key("object").string("list").key("data").array();
  for (auto item = first; item != last; ++item)
    write_item(**item, query.encrypted, out);
  out.end_array().key("first_id");
  if (first == last)
    out.null().key("last_id").null();
  else
    out.string(id_of(**first)).key("last_id").string(id_of(**(last - 1)));
  return out.key("has_more").boolean(last != all.end()).end_object().take();
}

Error response_not_found(std::string_view id, std::string_view hint) {
  std::string message = "Response with id '" + std::string(id) + "' not found.";
  if (!hint.empty()) message.append(" (").append(hint) += ')';
  Error error = bad_param("response_id", "not_found", std::move(message));
  error.code = Errc::not_found;
  return error;
}

Error in_responses_terms(Error error) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames{
      {{"messages", "input"},
       {"max_tokens", "max_output_tokens"},
       {"response_format", "text.format"},
       {"reasoning_effort", "reasoning.effort"}}};
  for (const auto& [chat, responses] : kNames)
    if (error.param == chat) {
      error.param = responses;
      break;
    }
  return error;
}

}  // namespace claif::wire
