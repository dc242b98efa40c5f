// Anthropic's answer -> OpenAI's response object (translation.md 5.2).
#pragma once

#include "wire/message.hpp"
#include "wire/responses_output.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace claif::wire {

// What a response repeats of its request, as JSON, with the values of a request that says nothing.
struct ResponsesEcho {
  std::string instructions = "null";
  std::string tools = "[]";
  std::string tool_choice = R"("auto")";
  std::string parallel_tool_calls = "true";
  std::string temperature = "null";
  std::string top_p = "null";
  std::string max_output_tokens = "null";
  std::string reasoning = R"({"effort":null,"summary":null})";
  std::string text = R"({"format":{"type":"text"}})";
  std::string metadata = "{}";
  std::string previous_response_id = "null";
  bool store = false;  // the response is kept (Q7)

  // Not repeated; they decide what the output holds.
  bool include_encrypted_content = false;  // the signed thinking, for clients that keep it (Q9)
  bool include_reasoning = true;           // its text, as the summary
  bool strip_fence = false;  // JSON was asked for by prompt: no Markdown around it (F2); whole
                             // objects only
};

// A response as it stands. What it points to must outlive it.
struct ResponseState {
  std::string_view id, model, status;
  int64_t created;                     // seconds since 1970
  std::string_view incomplete_reason;  // empty: null
  const Error* error = nullptr;        // what ended it, if something did
  const Usage* usage = nullptr;        // null: not known yet
  const ResponseOutput& output;
  bool refused = false;
};
void write_response(json::Writer& out, const ResponseState& state, const ResponsesEcho& echo);

// The response object of a whole message (Q8-Q11). `created` is seconds since 1970.
std::string encode_response(const Message& message,
                            const ResponsesEcho& echo,
                            std::string_view id,
                            int64_t created);

}  // namespace claif::wire
