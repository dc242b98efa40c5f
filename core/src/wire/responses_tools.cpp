// tools and tool_choice of a Responses request (Q5).
#include "wire/params.hpp"
#include "wire/responses_draft.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

using Mode = ToolChoice::Mode;

// web_search or web_search_preview, plain or with OpenAI's date: _YYYY_MM_DD.
bool is_search_tool(std::string_view type) {
  constexpr std::string_view kSearch = "web_search", kPreview = "_preview", kDate = "_dddd_dd_dd";
  if (!type.starts_with(kSearch)) return false;
  type.remove_prefix(kSearch.size());
  if (type.starts_with(kPreview)) type.remove_prefix(kPreview.size());
  if (type.empty()) return true;
  return type.size() == kDate.size() &&
         std::equal(type.begin(), type.end(), kDate.begin(), [](char c, char form) {
           return form == 'd' ? c >= '0' && c <= '9' : c == form;
         });
}

Result<void> read_tool(const json::Value& tool, const std::string& path, ToolSet& tools) {
  if (!tool.IsObject()) return invalid_type(path, "an object");
  if (is_native_tool(tool)) return tools.add_native(tool, path);
  CLAIF_TRY(const std::string_view type, optional_string(json::find(tool, "type"), path + ".type"));
  if (type.empty()) return missing(path + ".type");
  if (type == "function") {
    CLAIF_TRY(std::string mark, cache_control_of(tool, path));
    return tools.add_function(tool, path, std::move(mark));
  }
  if (!is_search_tool(type))
    return unsupported_value(path + ".type", "tools of type '" + std::string(type) +
                                                 "' are not accepted: use function, web_search or "
                                                 "Anthropic's own");
  const json::Value* filters = json::find(tool, "filters");
  CLAIF_TRY(const std::string members,
            web_search_members(
                {json::find(tool, "search_context_size"), json::find(tool, "user_location"),
                 filters != nullptr ? json::find(*filters, "allowed_domains") : nullptr},
                path));
  return tools.add_web_search(members, path);
}

// {"type": "allowed_tools", "mode", "tools"}
Result<ToolChoice> read_allowed(const json::Value& choice) {
  ToolChoice out;
  out.filters = true;
  CLAIF_TRY(out.mode, allowed_tools_mode(json::string_or(choice, "mode"), "tool_choice.mode"));
  const json::Value* tools = json::find(choice, "tools");
  if (tools == nullptr || !tools->IsArray()) return out;
  for (const auto& tool : tools->GetArray()) {
    const bool search = is_search_tool(json::string_or(tool, "type"));
    out.allowed.push_back(search ? "web_search" : json::string_or(tool, "name"));
  }
  return out;
}

Result<ToolChoice> read_choice(const json::Value* v) {
  ToolChoice out;
  if (v == nullptr) return out;
  if (v->IsString()) return tool_choice_of(json::text(*v));
  if (!v->IsObject()) return invalid_type("tool_choice", "a string or an object");
  const std::string_view type = json::string_or(*v, "type");
  if (type == "allowed_tools") return read_allowed(*v);
  if (type != "function")
    return unsupported_value("tool_choice",
                             "'tool_choice' must be auto, none, required, {\"type\": \"function\", "
                             "\"name\": ...} or allowed_tools");
  out.mode = Mode::named;
  out.name = json::string_or(*v, "name");
  return out;
}

}  // namespace

Result<void> read_tools(ResponsesDraft& draft, ToolSet& tools) {
  if (const json::Value* given = draft.get("tools")) {
    if (!given->IsArray()) return invalid_type("tools", "a list");
    for (unsigned i = 0; i < given->Size(); ++i)
      CLAIF_CHECK(read_tool((*given)[i], "tools[" + std::to_string(i) + "]", tools));
  }
  CLAIF_TRY(const bool parallel,
            optional_bool(draft.get("parallel_tool_calls"), "parallel_tool_calls", true));
  CLAIF_TRY(ToolChoice choice, read_choice(draft.get("tool_choice")));
  return tools.finish(std::move(choice), !parallel, "tool_choice", "tool_choice.tools");
}

}  // namespace claif::wire
