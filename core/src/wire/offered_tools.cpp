#include "wire/offered_tools.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace claif::wire {

std::vector<OfferedTool> offered_tools(const MessagesRequest& request) {
  std::vector<OfferedTool> out;
  out.reserve(request.tools.size());
  for (const std::string& name : request.tools)
    out.push_back({name});
  if (out.empty()) return out;
  std::string text = request.body.substr(0, request.messages_begin);
  text.append(request.body, request.messages_end);
  const auto body = json::parse(std::move(text));
  if (!body) return {};  // our own text: cannot be, and then nothing is offered
  const json::Value* tools = json::find(body->root(), "tools");
  if (tools == nullptr || !tools->IsArray()) return out;
  for (const auto& tool : tools->GetArray()) {
    const std::string_view name = json::string_or(tool, "name");
    const auto at =
        std::find_if(out.begin(), out.end(), [&](const auto& each) { return each.name == name; });
    const json::Value* schema = json::find(tool, "input_schema");
    if (at != out.end() && schema != nullptr) at->input_schema = json::dump(*schema);
  }
  return out;
}

}  // namespace claif::wire
