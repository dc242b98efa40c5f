#include "wire/native_request.hpp"

#include "base/json.hpp"
#include "wire/locate.hpp"

namespace claif::wire {
namespace {

constexpr std::string_view kNewestVersion = "2026-10-21";

// Puts the model's id in the place of its alias.
Result<void> resolve_alias(std::string& body, Layout& layout, const ModelAliases& aliases) {
  if (!aliases.contains(layout.model_name)) return {};
  CLAIF_TRY(ResolvedModel model, resolve_model(layout.model_name, aliases));
  const std::string literal = json::quote(model.id);
  const size_t old_size = layout.model.end - layout.model.begin;
  body.replace(layout.model.begin, old_size, literal);
  if (layout.messages.begin > layout.model.begin) {
    layout.messages.begin += literal.size() - old_size;
    layout.messages.end += literal.size() - old_size;
  }
  layout.model_name = std::move(model.id);
  return {};
}

}  // namespace

Result<MessagesRequest> read_native(std::string body,
                                    const NativeHead& head,
                                    const ModelAliases& aliases,
                                    bool counts_tokens) {
  CLAIF_TRY(Layout layout, locate(body));
  CLAIF_CHECK(resolve_alias(body, layout, aliases));
  MessagesRequest out;
  out.messages_begin = layout.messages.begin;
  out.messages_end = layout.messages.end;
  out.model = std::move(layout.model_name);
  out.stream = layout.stream && !counts_tokens;
  out.max_tokens = layout.max_tokens;
  out.api_version = head.version.empty() ? kNewestVersion : head.version;
  out.beta = head.beta;
  out.query = head.query;
  out.tools = std::move(layout.tools);
  out.body = std::move(body);
  return out;
}

}  // namespace claif::wire
