#include "wire/chat_response.hpp"

#include "wire/finish_reason.hpp"
#include "wire/usage.hpp"

namespace claif::wire {
namespace {

void write_call(const Block& block, json::Writer& out) {
  out.object().key("name").string(block.name).key("arguments").string(block.input).end_object();
}

void write_calls(const ChatAnswer& answer, bool legacy_functions, json::Writer& out) {
  if (answer.calls.empty()) return;
  if (legacy_functions) return write_call(*answer.calls.front(), out.key("function_call"));
  out.key("tool_calls").array();
  for (const Block* block : answer.calls) {
    out.object().key("id").string(block->id).key("type").string("function");
    write_call(*block, out.key("function"));
    out.end_object();
  }
  out.end_array();
}

void write_message(const ChatAnswer& answer, bool legacy_functions, json::Writer& out) {
  out.object().key("role").string("assistant").key("content");
  if (answer.content)
    out.string(*answer.content);
  else
    out.null();
  out.key("refusal");
  if (answer.refusal)
    out.string(*answer.refusal);
  else
    out.null();
  if (!answer.reasoning.empty()) out.key("reasoning_content").string(answer.reasoning);
  if (!answer.thinking.empty()) {
    out.key("thinking_blocks").array();
    for (const Block* block : answer.thinking)
      out.value(*block->json);
    out.end_array();
  }
  if (!answer.annotations.empty()) {
    out.key("annotations").array();
    for (const ChatAnswer::Annotation& a : answer.annotations)
      write_annotation(out, a.link, a.begin, a.end);
    out.end_array();
  }
  write_calls(answer, legacy_functions, out);
  out.end_object();
}

}  // namespace

std::string encode_chat_completion(const Message& message,
                                   std::string_view id,
                                   int64_t created,
                                   const ChatEncoding& encoding) {
  return encode_chat_completion(message, read_answer(message, encoding), id, created, encoding);
}

std::string encode_chat_completion(const Message& message,
                                   const ChatAnswer& answer,
                                   std::string_view id,
                                   int64_t created,
                                   const ChatEncoding& encoding) {
  json::Writer out(1024);
  out.object().key("id").string(id).key("object").string("chat.completion");
  out.key("created").integer(created).key("model").string(message.model);
  if (const auto tier = openai_tier(message.service_tier); !tier.empty())
    out.key("service_tier").string(tier);
  out.key("choices").array().object().key("index").integer(0);
  write_message(answer, encoding.legacy_functions, out.key("message"));
  out.key("logprobs").null().key("finish_reason").string(answer.finish_reason);
  out.end_object().end_array();
  write_openai_usage(out.key("usage"), message.usage);
  out.end_object();
  return out.take();
}

}  // namespace claif::wire
