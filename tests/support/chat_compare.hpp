// What is compared in a chat completion's life, and what is left out of it: bodies that reach the
// upstream, completions and chunks that reach the client. Each function returns what differs, or
// nothing.
#pragma once

#include "base/json.hpp"

#include <string>
#include <vector>

namespace claif::test {

// Two Messages requests; a text equals a list with one text block.
std::string body_difference(const json::Value& expected, const json::Value& actual);

// Two chat.completion objects, without what each answer has of its own: id, created.
std::string completion_difference(const json::Value& expected, const json::Value& actual);

// Which order of chunks counts as the same.
enum class ChunkOrder {
  exact,
  calls_last  // a gateway holds tool calls back until they are decided, so at a fault they are gone
};

// The list of chunks that a vector expects, against those of a stream. Neighbouring pieces of one
// text are one.
std::string chunks_difference(const json::Value& expected,
                              const std::vector<std::string>& actual,
                              ChunkOrder order = ChunkOrder::exact);

}  // namespace claif::test
