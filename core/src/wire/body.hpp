// The body of a Messages request: how both of OpenAI's APIs begin and end it, and how it is changed
// afterwards.
#pragma once

#include "wire/chat_request.hpp"
#include "wire/conversation.hpp"
#include "wire/params.hpp"
#include "wire/response_format.hpp"
#include "wire/thinking.hpp"
#include "wire/tools.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// The client's JSON, which must be an object; errors have reason invalid_json.
Result<json::Document> parse_request(std::string body);

// What has to be read before the first member is written, because one decides about another.
struct Composition {
  explicit Composition(Draft& draft) : tools(draft), conversation(draft) {}
  ToolSet tools;
  Conversation conversation;
  FormatChoice format;
  ThinkingChoice thinking;
  std::string cache_control;  // of the whole request: JSON, empty for none
};

// The model that the parameter `model` names.
Result<ResolvedModel> read_model(const json::Value* model,
                                 const ModelAliases& aliases,
                                 const ModelTable* table);
// P10: what does not go with an answer that is begun already. Otherwise asks in the system text for
// a format that Claude has no parameter for, and tells whether it did: the answer may be fenced.
// `param` names the format in errors, `last` the last of the conversation: "message" or "item".
Result<bool> place_format(Composition& parts, const std::string& param, const std::string& last);
// Chooses the thinking; the rest of `parts` is known by now, but for the cache_control.
Result<void> place_thinking(Draft& draft,
                            const ReasoningWish& wish,
                            int64_t max_tokens,
                            Composition& parts);
// P12: Claude takes four cache_control markers; the earliest ones go. The last thing to be read.
Result<void> place_cache_controls(Draft& draft,
                                  const json::Value* cache_control,
                                  const json::Value* prompt_cache_options,
                                  Composition& parts);

// The first members: model, stream, max_tokens.
void begin_body(const Draft& draft, const MessagesRequest& request, json::Writer& out);
// The parameters that Claude has, too.
struct BodyParams {
  Sampling sampling;
  Identity identity;
  const json::Value* service_tier;
};
// All other members, "system" and "messages" last; takes the text over to `request` and notes where
// the elements of "messages" are.
Result<void> finish_body(Draft& draft,
                         const Composition& parts,
                         const BodyParams& params,
                         json::Writer& out,
                         MessagesRequest& request);

// The extensions, and whether the first warning is an error (W2).
struct Extensions {
  bool strict;
  const json::Value* anthropic_beta;
  const json::Value* anthropic;
};
// What follows the body: beta, model, names of tools, members of `anthropic`, the API's version.
Result<void> finish_request(Draft& draft,
                            const Extensions& extensions,
                            const ToolSet& tools,
                            MessagesRequest& request);

// Adds the members of the object `extra` to the body, in place of those of the same name. `param`
// names it in errors.
Result<void> merge_into(MessagesRequest& request,
                        const json::Value& extra,
                        const std::string& param);

}  // namespace claif::wire
