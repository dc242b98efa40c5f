// The tools of a request and which of them may be called (translation.md 2.6), for both of OpenAI's
// APIs.
#pragma once

#include "wire/draft.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// What tool_choice says (R13).
struct ToolChoice {
  enum class Mode { absent, automatic, none, any, named };
  Mode mode = Mode::absent;
  std::string_view name;  // of mode named
  bool filters = false;   // allowed_tools: only `allowed` remain
  std::vector<std::string_view> allowed;
};

// auto, none or required.
Result<ToolChoice> tool_choice_of(std::string_view word);
// The mode of allowed_tools: auto or required. `param` names it in errors.
Result<ToolChoice::Mode> allowed_tools_mode(std::string_view word, const std::string& param);

// Feed it with tools, then finish(), then write. Views must outlive it.
class ToolSet {
 public:
  explicit ToolSet(Draft& draft) : draft_(draft) {}

  // R10, R11: a function {"name", "description", "parameters", "strict"}. `path` is where these
  // members are; cache_control is JSON, empty for none.
  Result<void> add_function(const json::Value& function,
                            const std::string& path,
                            std::string cache_control);
  // R12: a tool in Anthropic's own form, which passes as it is.
  Result<void> add_native(const json::Value& tool, const std::string& path);
  // Anthropic's web search, with the members that follow its type and name as JSON, such as
  // ,"max_uses":5
  Result<void> add_web_search(const std::string& members, const std::string& param);

  // R13-R15. `single`: at most one call in an answer (R14). `param` names the choice in errors,
  // `list_param` the list of allowed_tools.
  Result<void> finish(ToolChoice choice,
                      bool single,
                      const std::string& param,
                      const std::string& list_param);
  // P23: definitions for tools that the history calls; only when there are no others.
  void synthesize(const std::vector<std::string_view>& called);

  bool empty() const { return tools_.empty(); }
  bool forced() const;  // a tool must be called
  std::vector<std::string> names() const;
  void collect_cache_controls(std::vector<std::string*>& out);
  void write(json::Writer& out) const;  // the members "tools" and "tool_choice", as needed

 private:
  struct Tool {
    std::string_view name;
    std::string json;  // without its cache_control and the closing brace
    std::string cache_control;
  };
  Result<void> add(Tool tool, const std::string& name_param);
  bool has(std::string_view name) const;

  Draft& draft_;
  std::vector<Tool> tools_;
  ToolChoice choice_;
  bool single_ = false, for_history_ = false;
};

// R12: what a tool of `type` is to us.
bool is_native_tool(const json::Value& tool);

// The members of web search that OpenAI's options become: max_uses by search_context_size,
// user_location, allowed_domains (2.1, Q5). `path` names them in errors.
struct WebSearchFields {
  const json::Value* context_size;
  const json::Value* location;  // {"country", ...}
  const json::Value* domains = nullptr;
};
Result<std::string> web_search_members(const WebSearchFields& fields, const std::string& path);

}  // namespace claif::wire
