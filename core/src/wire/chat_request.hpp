// OpenAI chat completions request -> Anthropic Messages request (translation.md section 2).
#pragma once

#include "wire/chat_encoding.hpp"
#include "wire/models.hpp"

#include <claif/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// What the pipeline carries: the request as it will be sent, and the facts that the host acts on.
struct MessagesRequest {
  std::string body;           // Anthropic Messages JSON
  size_t messages_begin = 0;  // body[messages_begin, messages_end): the elements of "messages"
  size_t messages_end = 0;
  std::string model;  // resolved
  bool stream = false;
  int64_t max_tokens = 0;
  std::string api_version;         // header anthropic-version (U2)
  std::string beta;                // header anthropic-beta, may be empty
  std::string query;               // of the URL, may be empty
  std::vector<std::string> tools;  // names of the tools that the client declared
};

struct ChatRequest {
  MessagesRequest messages;
  std::vector<std::string> warnings;  // sorted, unique: W1
  ChatEncoding encoding;
};

struct ChatOptions {
  ModelAliases aliases;
  bool strict = false;                         // W2: the first warning is an error
  std::shared_ptr<const ModelTable> models{};  // null: the built-in table
};

// `body` is the client's JSON. The error carries OpenAI's param and reason.
Result<ChatRequest> decode_chat(std::string body, const ChatOptions& options);

}  // namespace claif::wire
