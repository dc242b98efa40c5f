#include "wire/responses_object.hpp"

#include "wire/finish_reason.hpp"

#include <utility>

namespace claif::wire {
namespace {

void write_usage(json::Writer& out, const Usage& usage) {  // Q11
  const int64_t input = usage.prompt_tokens(), output = usage.output.value_or(0);
  out.object().key("input_tokens").integer(input).key("input_tokens_details").object();
  out.key("cached_tokens").integer(usage.cache_read.value_or(0));
  out.key("cache_write_tokens").integer(usage.cache_creation.value_or(0)).end_object();
  out.key("output_tokens").integer(output).key("output_tokens_details").object();
  out.key("reasoning_tokens").integer(usage.thinking.value_or(0)).end_object();
  out.key("total_tokens").integer(input + output).end_object();
}

void write_error(json::Writer& out, const Error& error) {  // Q16
  const bool limit = error.code == Errc::rate_limited || error.code == Errc::quota_exceeded;
  out.object().key("code").string(limit ? "rate_limit_exceeded" : "server_error");
  out.key("message").string(error.message).end_object();
}

MessageItem& current_message(ResponseOutput& output) {
  OutputItem& item = output.message() != nullptr ? *output.message() : output.begin_message();
  return std::get<MessageItem>(item.body);
}

void end_message(ResponseOutput& output, ItemStatus status) {
  if (OutputItem* item = output.leave_message()) item->status = status;
}

void add_text(const Block& block, ResponseOutput& output) {
  MessageItem& message = current_message(output);
  const size_t begin = message.length;
  message.has_text = true;
  message.append(block.text);
  if (block.json == nullptr) return;
  for (Link& link : links_of(*block.json))
    message.citations.push_back({std::move(link), begin, message.length});
}

ReasoningItem reasoning_of(const Block& block, const ResponsesEcho& echo) {
  ReasoningItem out;
  if (echo.include_reasoning) out.summary = block.text;
  if (can_be_replayed(*block.json)) out.block = json::dump(*block.json);
  return out;
}

void add_block(const Block& block, const ResponsesEcho& echo, ResponseOutput& output) {
  if (block.kind == BlockKind::text) return add_text(block, output);
  end_message(output, ItemStatus::completed);
  if (block.kind == BlockKind::thinking || block.kind == BlockKind::redacted_thinking) {
    output.add(reasoning_of(block, echo)).status = ItemStatus::completed;
  } else if (block.kind == BlockKind::tool_use) {
    ToolInput input = read_tool_input(block.input);
    FunctionCallItem call{std::string(block.id), std::string(block.name), std::move(input.text)};
    output.add(std::move(call)).status =
        input.complete ? ItemStatus::completed : ItemStatus::incomplete;
  } else if (is_web_search(block.kind, block.name)) {
    output.add(WebSearchItem{search_query(block.input)}).status = ItemStatus::completed;
  }
}

}  // namespace

void write_response(json::Writer& out, const ResponseState& state, const ResponsesEcho& echo) {
  out.object().key("id").string(state.id).key("object").string("response");
  out.key("created_at").integer(state.created).key("status").string(state.status);
  out.key("error");
  if (state.error != nullptr)
    write_error(out, *state.error);
  else
    out.null();
  out.key("incomplete_details");
  if (state.incomplete_reason.empty())
    out.null();
  else
    out.object().key("reason").string(state.incomplete_reason).end_object();
  out.key("instructions").raw(echo.instructions);
  out.key("max_output_tokens").raw(echo.max_output_tokens);
  out.key("model").string(state.model);
  if (state.error == nullptr)  // else the client keeps the items that it got
    state.output.write(out.key("output"), echo.include_encrypted_content, state.refused);
  out.key("parallel_tool_calls").raw(echo.parallel_tool_calls);
  out.key("previous_response_id").raw(echo.previous_response_id);
  out.key("reasoning").raw(echo.reasoning).key("store").boolean(echo.store);
  out.key("temperature").raw(echo.temperature).key("text").raw(echo.text);
  out.key("tool_choice").raw(echo.tool_choice).key("tools").raw(echo.tools);
  out.key("top_p").raw(echo.top_p).key("truncation").string("disabled").key("usage");
  if (state.usage != nullptr)
    write_usage(out, *state.usage);
  else
    out.null();
  out.key("metadata").raw(echo.metadata).key("access_programs").null().end_object();
}

std::string encode_response(const Message& message,
                            const ResponsesEcho& echo,
                            std::string_view id,
                            int64_t created) {
  ResponseOutput output{ResponseIds(id)};
  for (const Block& block : message.blocks)
    add_block(block, echo, output);
  const ResponseOutcome outcome = outcome_of(message.stop_reason);
  const bool refused = message.stop_reason == "refusal";
  if (refused)  // Q10
    current_message(output).refusal = message.refusal.empty() ? kDefaultRefusal : message.refusal;
  end_message(output, outcome.item_status());
  if (echo.strip_fence) output.strip_fences();
  json::Writer out(1024);
  write_response(out,
                 {id, message.model, outcome.status, created, outcome.reason, nullptr,
                  &message.usage, output, refused},
                 echo);
  return out.take();
}

}  // namespace claif::wire
