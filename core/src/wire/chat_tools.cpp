#include "wire/chat_tools.hpp"

#include "wire/params.hpp"

namespace claif::wire {
namespace {

using Mode = ToolChoice::Mode;

Result<void> read_tool(const json::Value& tool, const std::string& path, ToolSet& tools) {
  if (!tool.IsObject()) return invalid_type(path, "an object");
  if (is_native_tool(tool)) return tools.add_native(tool, path);
  const json::Value* type = json::find(tool, "type");
  if (type == nullptr) return missing(path + ".type");
  if (!type->IsString() || json::text(*type) != "function")
    return unsupported_value(path + ".type",
                             "only tools of type function, and Anthropic's own, are accepted");
  const json::Value* function = json::find(tool, "function");
  if (function == nullptr) return missing(path + ".function");
  if (!function->IsObject()) return invalid_type(path + ".function", "an object");
  CLAIF_TRY(std::string mark, cache_control_of(tool, path));
  if (mark.empty()) {
    CLAIF_TRY(mark, cache_control_of(*function, path + ".function"));
  }
  return tools.add_function(*function, path + ".function", std::move(mark));
}

// {"type": "allowed_tools", "allowed_tools": {"mode", "tools"}}
Result<ToolChoice> read_allowed(const json::Value& choice) {
  ToolChoice out;
  out.filters = true;
  const json::Value* allowed = json::find(choice, "allowed_tools");
  if (allowed == nullptr) return missing("tool_choice.allowed_tools");
  CLAIF_TRY(out.mode, allowed_tools_mode(json::string_or(*allowed, "mode"),
                                         "tool_choice.allowed_tools.mode"));
  const json::Value* tools = json::find(*allowed, "tools");
  if (tools == nullptr || !tools->IsArray()) return out;
  for (const auto& tool : tools->GetArray()) {
    const json::Value* function = json::find(tool, "function");
    out.allowed.push_back(json::string_or(function != nullptr ? *function : tool, "name"));
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
  const json::Value* function = json::find(*v, "function");
  if (type != "function" || function == nullptr)
    return unsupported_value("tool_choice",
                             "'tool_choice' must be auto, none, required or {\"type\": "
                             "\"function\", \"function\": {\"name\": ...}}");
  out.mode = Mode::named;
  out.name = json::string_or(*function, "name");
  return out;
}

// function_call: none, auto or {"name"}; absent counts as auto (2.7).
Result<ToolChoice> read_function_choice(const json::Value* v) {
  ToolChoice out;
  out.mode = Mode::automatic;
  if (v == nullptr) return out;
  if (v->IsObject()) {
    out.mode = Mode::named;
    out.name = json::string_or(*v, "name");
    return out;
  }
  if (!v->IsString()) return invalid_type("function_call", "a string or an object");
  if (json::text(*v) == "none")
    out.mode = Mode::none;
  else if (json::text(*v) != "auto")
    return invalid_value("function_call", "'function_call' must be none, auto or {\"name\": ...}");
  return out;
}

Result<void> read_functions(const json::Value& functions, ToolSet& tools) {
  for (unsigned i = 0; i < functions.Size(); ++i) {
    const std::string path = "functions[" + std::to_string(i) + "]";
    if (!functions[i].IsObject()) return invalid_type(path, "an object");
    CLAIF_TRY(std::string mark, cache_control_of(functions[i], path));
    CLAIF_CHECK(tools.add_function(functions[i], path, std::move(mark)));
  }
  return {};
}

Result<void> read_web_search(const json::Value* options, ToolSet& tools) {
  if (options == nullptr) return {};
  const std::string param = "web_search_options";
  if (!options->IsObject()) return invalid_type(param, "an object");
  const json::Value* location = json::find(*options, "user_location");
  if (location != nullptr) location = json::find(*location, "approximate");
  CLAIF_TRY(const std::string members,
            web_search_members({json::find(*options, "search_context_size"), location}, param));
  return tools.add_web_search(members, param);
}

// A list that may be absent.
Result<const json::Value*> list_of(const ChatDraft& draft, Param param, const char* name) {
  const json::Value* v = draft.get(param);
  if (v != nullptr && !v->IsArray()) return invalid_type(name, "a list");
  return v != nullptr && v->Empty() ? nullptr : v;
}

}  // namespace

Result<bool> read_tools(ChatDraft& draft, ToolSet& tools) {
  CLAIF_TRY(const json::Value* const given, list_of(draft, Param::tools, "tools"));
  CLAIF_TRY(const json::Value* const functions, list_of(draft, Param::functions, "functions"));
  CLAIF_TRY(const bool parallel,
            optional_bool(draft.get(Param::parallel_tool_calls), "parallel_tool_calls", true));
  if (given != nullptr)
    for (unsigned i = 0; i < given->Size(); ++i)
      CLAIF_CHECK(read_tool((*given)[i], "tools[" + std::to_string(i) + "]", tools));
  const bool legacy = functions != nullptr && given == nullptr;
  if (functions != nullptr && !legacy) draft.warn("functions", "ignored");
  if (legacy) CLAIF_CHECK(read_functions(*functions, tools));
  CLAIF_CHECK(read_web_search(draft.get(Param::web_search_options), tools));
  if (legacy) {
    CLAIF_TRY(ToolChoice choice, read_function_choice(draft.get(Param::function_call)));
    CLAIF_CHECK(tools.finish(std::move(choice), true, "function_call", "function_call"));
    return true;
  }
  if (const json::Value* call = draft.get(Param::function_call);
      call != nullptr && call->IsObject() && given == nullptr)
    return invalid_value("function_call", "'function_call' names a function, but there are none");
  CLAIF_TRY(ToolChoice choice, read_choice(draft.get(Param::tool_choice)));
  CLAIF_CHECK(
      tools.finish(std::move(choice), !parallel, "tool_choice", "tool_choice.allowed_tools.tools"));
  return false;
}

}  // namespace claif::wire
