#include "wire/tools.hpp"

#include "wire/schema_sanitiser.hpp"

#include <algorithm>
#include <array>

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
    if (json::text(member.name) != "type") out.any_key(json::text(member.name)).value(member.value);
  out.end_object();
}

// Without its last brace, so that cache_control can follow.
std::string open_object(json::Writer& out) {
  out.end_object();
  std::string text = out.take();
  text.pop_back();
  return text;
}

constexpr std::array<std::string_view, 9> kFamilies{
    "web_search", "web_fetch", "code_execution",   "bash",           "text_editor",
    "memory",     "computer",  "computer_toolset", "browser_toolset"};

bool is_dated_family(std::string_view type) {
  constexpr size_t kDate = 8;
  if (type.size() < kDate + 2 || type[type.size() - kDate - 1] != '_') return false;
  const std::string_view date = type.substr(type.size() - kDate);
  return std::all_of(date.begin(), date.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::find(kFamilies.begin(), kFamilies.end(), type.substr(0, type.size() - kDate - 1)) !=
             kFamilies.end();
}

}  // namespace

Result<ToolChoice> tool_choice_of(std::string_view word) {
  ToolChoice out;
  if (word == "auto")
    out.mode = ToolChoice::Mode::automatic;
  else if (word == "none")
    out.mode = ToolChoice::Mode::none;
  else if (word == "required")
    out.mode = ToolChoice::Mode::any;
  else
    return invalid_value("tool_choice", "'tool_choice' must be auto, none, required or a function");
  return out;
}

Result<ToolChoice::Mode> allowed_tools_mode(std::string_view word, const std::string& param) {
  if (word == "auto") return ToolChoice::Mode::automatic;
  if (word == "required") return ToolChoice::Mode::any;
  return invalid_value(param, "the mode must be auto or required");
}

bool is_native_tool(const json::Value& tool) {
  const std::string_view type = json::string_or(tool, "type");
  return json::find(tool, "input_schema") != nullptr || is_dated_family(type) ||
         type.starts_with("tool_search_tool_");
}

bool ToolSet::has(std::string_view name) const {
  return std::any_of(tools_.begin(), tools_.end(),
                     [name](const Tool& tool) { return tool.name == name; });
}

Result<void> ToolSet::add(Tool tool, const std::string& name_param) {
  if (has(tool.name))
    return invalid_value(name_param, "the tool '" + std::string(tool.name) + "' is defined twice");
  tools_.push_back(std::move(tool));
  return {};
}

Result<void> ToolSet::add_function(const json::Value& function,
                                   const std::string& path,
                                   std::string cache_control) {
  const json::Value* name = json::find(function, "name");
  if (name == nullptr) return missing(path + ".name");
  if (!name->IsString()) return invalid_type(path + ".name", "a string");
  if (!is_tool_name(json::text(*name)))
    return invalid_value(path + ".name", "a tool's name must match [A-Za-z0-9_-]{1,64}");
  const json::Value* schema = json::find(function, "parameters");
  if (schema != nullptr) {
    if (!schema->IsObject()) return invalid_type(path + ".parameters", "an object");
    const json::Value* type = json::find(*schema, "type");
    if (type != nullptr && !(type->IsString() && json::text(*type) == "object"))
      return invalid_value(path + ".parameters", "a tool's parameters must be of type object");
  }
  CLAIF_TRY(const std::string_view description,
            optional_string(json::find(function, "description"), path + ".description"));
  CLAIF_TRY(bool strict, optional_bool(json::find(function, "strict"), path + ".strict"));

  Tool tool{json::text(*name), {}, std::move(cache_control)};
  json::Writer out;
  out.object().key("name").string(tool.name);
  if (!description.empty()) out.key("description").string(description);
  out.key("input_schema");
  if (strict) {  // R11
    json::Writer parameters;
    write_schema(schema, parameters);
    const auto whole = json::parse(parameters.take());
    strict = whole && draft_.model->structured_outputs && is_representable(whole->root());
    if (!strict) draft_.warn("tools.strict", "dropped");
    if (strict) write_sanitised(whole->root(), out);
  }
  if (strict)
    out.key("strict").boolean(true);
  else
    write_schema(schema, out);
  tool.json = open_object(out);
  return add(std::move(tool), path + ".name");
}

Result<void> ToolSet::add_native(const json::Value& tool, const std::string& path) {
  CLAIF_TRY(const std::string_view name, optional_string(json::find(tool, "name"), path + ".name"));
  Tool out{name.empty() ? json::string_or(tool, "type") : name, {}, {}};
  json::Writer text;
  text.object();
  for (const auto& member : tool.GetObject()) {
    if (json::text(member.name) == "cache_control" && member.value.IsObject())
      out.cache_control = json::dump(member.value);
    else
      text.any_key(json::text(member.name)).value(member.value);
  }
  out.json = open_object(text);
  return add(std::move(out), path + ".name");
}

Result<void> ToolSet::add_web_search(const std::string& members, const std::string& param) {
  return add({"web_search", R"({"type":"web_search_20250305","name":"web_search")" + members, {}},
             param);
}

Result<std::string> web_search_members(const WebSearchFields& fields, const std::string& path) {
  CLAIF_TRY(const std::string_view size,
            optional_string(fields.context_size, path + ".search_context_size", "medium"));
  std::string out;
  if (size == "low")
    out = R"(,"max_uses":1)";
  else if (size == "medium")
    out = R"(,"max_uses":5)";
  else if (size == "high")
    out = R"(,"max_uses":10)";
  else
    return invalid_value(path + ".search_context_size",
                         "the context size must be low, medium or high");
  if (fields.domains != nullptr) {
    if (!fields.domains->IsArray())
      return invalid_type(path + ".filters.allowed_domains", "a list of strings");
    out += R"(,"allowed_domains":)" + json::dump(*fields.domains);
  }
  if (fields.location == nullptr) return out;
  if (!fields.location->IsObject()) return invalid_type(path + ".user_location", "an object");
  json::Writer location;
  location.object().key("type").string("approximate");
  for (const std::string_view key : {"city", "country", "region", "timezone"})
    if (const json::Value* v = json::find(*fields.location, key)) location.key(key).value(*v);
  location.end_object();
  out += R"(,"user_location":)";
  out += location.view();
  return out;
}

Result<void> ToolSet::finish(ToolChoice choice,
                             bool single,
                             const std::string& param,
                             const std::string& list_param) {
  using Mode = ToolChoice::Mode;
  if (choice.filters) {
    if (choice.allowed.empty()) return invalid_value(list_param, "it allows no tool");
    for (const std::string_view name : choice.allowed)
      if (!has(name))
        return invalid_value(list_param, "'" + std::string(name) + "' is not among the tools");
    std::erase_if(tools_, [&](const Tool& tool) {
      return std::find(choice.allowed.begin(), choice.allowed.end(), tool.name) ==
             choice.allowed.end();
    });
  }
  if (choice.mode == Mode::named && !has(choice.name))
    return invalid_value(param, "'" + param + "' names the tool '" + std::string(choice.name) +
                                    "', which is not among the tools");
  if (tools_.empty()) {
    if (choice.mode == Mode::any)
      return invalid_value(param, "'" + param + "' requires a call, but there are no tools");
    return {};
  }
  const bool forces = choice.mode == Mode::any || choice.mode == Mode::named;
  if (forces && !draft_.model->forced_tools) {  // R15
    draft_.warn("tool_choice", "downgraded");
    if (choice.mode == Mode::named)
      std::erase_if(tools_, [&](const Tool& tool) { return tool.name != choice.name; });
    choice.mode = Mode::automatic;
  }
  single_ = single;
  if (choice.mode == Mode::absent && single) choice.mode = Mode::automatic;
  choice_ = std::move(choice);
  return {};
}

void ToolSet::synthesize(const std::vector<std::string_view>& called) {
  if (!tools_.empty() || called.empty()) return;
  draft_.warn("tools", "synthesized");
  for (const std::string_view name : called) {
    json::Writer out;
    out.object().key("name").string(name).key("input_schema");
    write_schema(nullptr, out);
    tools_.push_back({name, open_object(out), {}});
  }
  choice_ = {ToolChoice::Mode::none, {}, false, {}};
  for_history_ = true;
}

bool ToolSet::forced() const {
  return choice_.mode == ToolChoice::Mode::any || choice_.mode == ToolChoice::Mode::named;
}

std::vector<std::string> ToolSet::names() const {
  std::vector<std::string> out;
  if (for_history_) return out;  // none of them may be called
  for (const Tool& tool : tools_)
    out.emplace_back(tool.name);
  return out;
}

void ToolSet::collect_cache_controls(std::vector<std::string*>& out) {
  for (Tool& tool : tools_)
    if (!tool.cache_control.empty()) out.push_back(&tool.cache_control);
}

void ToolSet::write(json::Writer& out) const {
  using Mode = ToolChoice::Mode;
  if (tools_.empty()) return;
  out.key("tools").array();
  for (const Tool& tool : tools_) {
    std::string text = tool.json;
    if (!tool.cache_control.empty()) text += R"(,"cache_control":)" + tool.cache_control;
    out.raw(text += '}');
  }
  out.end_array();
  if (choice_.mode == Mode::absent) return;
  constexpr std::array<std::string_view, 5> kTypes{"", "auto", "none", "any", "tool"};
  out.key("tool_choice").object().key("type").string(kTypes[static_cast<size_t>(choice_.mode)]);
  if (choice_.mode == Mode::named) out.key("name").string(choice_.name);
  if (single_ && choice_.mode != Mode::none) out.key("disable_parallel_tool_use").boolean(true);
  out.end_object();
}

}  // namespace claif::wire
