// Stream events -> ChatChunk.
#pragma once

#include "wire/event.hpp"

#include <claif/chat.hpp>

#include <optional>

namespace claif::api {

// One for each stream. Not thread-safe.
class ChunkBuilder {
 public:
  // The chunk that the event makes, if any.
  std::optional<ChatChunk> add(const wire::Event& event);

 private:
  int64_t tools_ = 0, tool_block_ = -1;
  bool has_arguments_ = false;
  std::string input_, stop_reason_;
  wire::Usage usage_;
};

}  // namespace claif::api
