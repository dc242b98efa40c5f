// tools, tool_choice and parallel_tool_calls of a chat completions request (translation.md 2.6).
#include "wire/chat_draft.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void write_schema(const json::Value* schema, json::Writer& out) {
  if (schema == nullptr || schema->ObjectEmpty()) {
    out.raw(R"({"type":"object","properties":{}})");
    return;
  }
  if (json::find(*schema, "type") != nullptr) {
    out.value(*schema);
    return;
  }
  out.object().key("type").string("object");
  for (const auto& member : schema->GetObject())
    out.any_key(json::text(member.name)).value(member.value);
  out.end_object();
}

Result<void> write_function(Draft& draft,
                            const json::Value& tool,
                            const std::string& path,
                            json::Writer& out,
                            std::vector<std::string>& names) {
  const json::Value* function = json::find(tool, "function");
  if (function == nullptr || !function->IsObject()) return missing(path + ".function");
  const json::Value* name = json::find(*function, "name");
  if (name == nullptr) return missing(path + ".function.name");
  if (!name->IsString()) return invalid_type(path + ".function.name", "a string");
  if (!is_tool_name(json::text(*name)))
    return invalid_value(path + ".function.name", "a tool's name must match [A-Za-z0-9_-]{1,64}");
  if (std::find(names.begin(), names.end(), json::text(*name)) != names.end())
    return invalid_value(path + ".function.name",
                         "the tool '" + std::string(json::text(*name)) + "' is defined twice");
  names.emplace_back(json::text(*name));

  const json::Value* schema = json::find(*function, "parameters");
  if (schema != nullptr) {
    if (!schema->IsObject()) return invalid_type(path + ".function.parameters", "an object");
    const json::Value* type = json::find(*schema, "type");
    if (type != nullptr && !(type->IsString() && json::text(*type) == "object"))
      return invalid_value(path + ".function.parameters",
                           "a tool's parameters must be of type object");
  }
  out.object().key("name").string(json::text(*name));
  if (const json::Value* description = json::find(*function, "description");
      description != nullptr && description->IsString())
    out.key("description").string(json::text(*description));
  out.key("input_schema");
  write_schema(schema, out);
  if (const json::Value* strict = json::find(*function, "strict");
      strict != nullptr && strict->IsTrue())
    draft.warn("tools.strict", "dropped");
  out.end_object();
  return {};
}

struct Choice {
  std::string_view type;  // auto, any, tool, none; empty: not given
  std::string_view name;  // of type tool
};

// {"type": "allowed_tools", "allowed_tools": {"mode", "tools"}}, or null.
const json::Value* allowed_tools(const Draft& draft) {
  const json::Value* v = draft.get(Param::tool_choice);
  if (v == nullptr || json::string_or(*v, "type") != "allowed_tools") return nullptr;
  return json::find(*v, "allowed_tools");
}

Result<Choice> read_allowed_choice(const json::Value& allowed) {
  const std::string_view mode = json::string_or(allowed, "mode");
  if (mode == "auto") return Choice{"auto", {}};
  if (mode == "required") return Choice{"any", {}};
  return invalid_value("tool_choice.allowed_tools.mode", "the mode must be auto or required");
}

Result<Choice> read_choice(const Draft& draft, const std::vector<std::string>& names) {
  const json::Value* v = draft.get(Param::tool_choice);
  if (v == nullptr) return Choice{};
  if (v->IsString()) {
    const std::string_view mode = json::text(*v);
    if (mode == "auto" || mode == "none")
      return Choice{names.empty() ? std::string_view() : mode, {}};
    if (mode != "required")
      return invalid_value("tool_choice",
                           "'tool_choice' must be auto, none, required or a function");
    if (names.empty())
      return invalid_value("tool_choice", "'tool_choice' is required, but there are no tools");
    return Choice{"any", {}};
  }
  if (!v->IsObject()) return invalid_type("tool_choice", "a string or an object");
  if (const json::Value* allowed = allowed_tools(draft)) return read_allowed_choice(*allowed);
  const json::Value* function = json::find(*v, "function");
  if (json::string_or(*v, "type") != "function" || function == nullptr)
    return unsupported_value("tool_choice",
                             "'tool_choice' must be auto, none, required or {\"type\": "
                             "\"function\", \"function\": {\"name\": ...}}");
  const std::string_view name = json::string_or(*function, "name");
  if (std::find(names.begin(), names.end(), name) == names.end())
    return invalid_value("tool_choice", "'tool_choice' names the tool '" + std::string(name) +
                                            "', which is not among the tools");
  return Choice{"tool", name};
}

Result<void> write_choice(Draft& draft, const std::vector<std::string>& names, json::Writer& out) {
  CLAIF_TRY(Choice choice, read_choice(draft, names));
  const json::Value* parallel = draft.get(Param::parallel_tool_calls);
  if (parallel != nullptr && !parallel->IsBool())
    return invalid_type("parallel_tool_calls", "true or false");
  const bool single = parallel != nullptr && !parallel->GetBool() && !names.empty();
  if ((choice.type == "any" || choice.type == "tool") && !draft.model->forced_tools) {  // R15
    draft.warn("tool_choice", "downgraded");
    choice = {"auto", {}};
  }
  if (single && choice.type.empty()) choice.type = "auto";
  if (choice.type.empty()) return {};
  out.key("tool_choice").object().key("type").string(choice.type);
  if (choice.type == "tool") out.key("name").string(choice.name);
  if (single && choice.type != "none") out.key("disable_parallel_tool_use").boolean(true);
  out.end_object();
  return {};
}

// The tools that tool_choice leaves, all when it names none: those of allowed_tools (R13), and the
// one of a named choice that is downgraded (R15).
Result<std::vector<std::string_view>> chosen_tools(const Draft& draft) {
  std::vector<std::string_view> out;
  if (const json::Value* allowed = allowed_tools(draft)) {
    const json::Value* tools = json::find(*allowed, "tools");
    if (tools != nullptr && tools->IsArray())
      for (const auto& tool : tools->GetArray())
        if (const json::Value* function = json::find(tool, "function"))
          out.push_back(json::string_or(*function, "name"));
    if (out.empty())
      return invalid_value("tool_choice.allowed_tools.tools", "allowed_tools names no function");
    return out;
  }
  const json::Value* choice = draft.get(Param::tool_choice);
  if (draft.model->forced_tools || choice == nullptr) return out;
  if (const json::Value* function = json::find(*choice, "function"))
    out.push_back(json::string_or(*function, "name"));
  return out;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> write_given(Draft& draft,
                         const json::Value& tools,
                         json::Writer& out,
                         std::vector<std::string>& names) {
  CLAIF_TRY(const std::vector<std::string_view> chosen, chosen_tools(draft));
  std::vector<std::string> all;
  json::Writer each;
  out.key("tools").array();
  for (unsigned i = 0; i < tools.Size(); ++i) {
    const json::Value& tool = tools[i];
    const std::string path = "tools[" + std::to_string(i) + "]";
    if (!tool.IsObject()) return invalid_type(path, "an object");
    const json::Value* type = json::find(tool, "type");
    if (type == nullptr) return missing(path + ".type");
    if (!type->IsString() || json::text(*type) != "function")
      return unsupported_value(path + ".type", "only tools of type function are accepted");
    each.clear();
    CLAIF_CHECK(write_function(draft, tool, path, each, all));
    if (!chosen.empty() && !contains(chosen, all.back())) continue;
    out.raw(each.view());
    names.push_back(all.back());
  }
  out.end_array();
  for (const std::string_view name : chosen)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return invalid_value(
          allowed_tools(draft) ? "tool_choice.allowed_tools.tools" : "tool_choice",
          "'tool_choice' names the tool '" + std::string(name) + "', which is not among the tools");
  return {};
}

// P23: Anthropic wants a definition for each tool of the history, also when none may be called.
bool write_synthesized(Draft& draft, json::Writer& out) {
  std::vector<std::string_view> names;
  const json::Value* messages = draft.get(Param::messages);
  if (messages == nullptr || !messages->IsArray()) return false;
  for (const auto& message : messages->GetArray()) {
    const json::Value* calls = json::find(message, "tool_calls");
    if (calls == nullptr || !calls->IsArray()) continue;
    for (const auto& call : calls->GetArray()) {
      const json::Value* function = json::find(call, "function");
      const std::string_view name = function ? json::string_or(*function, "name") : "";
      if (!name.empty() && !contains(names, name)) names.push_back(name);
    }
  }
  if (names.empty()) return false;
  draft.warn("tools", "synthesized");
  out.key("tools").array();
  for (const std::string_view name : names) {
    out.object().key("name").string(name).key("input_schema");
    write_schema(nullptr, out);
    out.end_object();
  }
  out.end_array().key("tool_choice").raw(R"({"type":"none"})");
  return true;
}

}  // namespace

Result<void> write_tools(Draft& draft, json::Writer& out, std::vector<std::string>& names) {
  const json::Value* tools = draft.get(Param::tools);
  if (tools != nullptr && !tools->IsArray()) return invalid_type("tools", "a list");
  if (tools != nullptr && !tools->Empty()) {
    CLAIF_CHECK(write_given(draft, *tools, out, names));
    return write_choice(draft, names, out);
  }
  if (allowed_tools(draft) != nullptr)
    return invalid_value("tool_choice.allowed_tools.tools", "there are no tools to allow");
  CLAIF_CHECK(write_choice(draft, names, out));
  write_synthesized(draft, out);
  return {};
}

}  // namespace claif::wire
