// A whole answer as a chat completions client gets it (translation.md section 3): what the encoder
// writes, and what the library hands over as values.
#pragma once

#include "wire/chat_encoding.hpp"
#include "wire/citations.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// Views and pointers into the message that it was read from.
struct ChatAnswer {
  struct Annotation {
    Link link;
    size_t begin, end;  // code points of the content
  };
  std::optional<std::string> content;  // A2: nothing when there are only calls, or a refusal
  std::vector<Annotation> annotations;
  std::optional<std::string_view> refusal;  // A6
  std::string reasoning;                    // A4: empty for none, or when it is not wanted
  std::vector<const Block*> thinking;       // the blocks, when they are wanted
  std::vector<const Block*> calls;          // A3: none that the client must not run
  std::string_view finish_reason;
};

ChatAnswer read_answer(const Message& message, const ChatEncoding& encoding);

}  // namespace claif::wire
