// Stream events -> ChatChunk.
#pragma once

#include "wire/event.hpp"

#include <claif/chat.hpp>

#include <vector>

namespace claif::api {

// One for each stream, whose events come in an order that StreamOrder admits. Not thread-safe.
class ChunkBuilder {
 public:
  // Appends the chunks that the event makes: none or one, as a rule.
  void add(const wire::Event& event, std::vector<ChatChunk>& out);

 private:
  struct OpenCall {
    int64_t index;      // of its block
    int64_t call;       // among the answer's calls
    std::string input;  // the arguments when no fragment comes (S4)
    bool has_arguments = false;
  };

  void start(const wire::BlockStart& event, std::vector<ChatChunk>& out);
  void stop(int64_t index, std::vector<ChatChunk>& out);
  void finish(std::vector<ChatChunk>& out);
  OpenCall* open_call(int64_t index);

  std::vector<OpenCall> open_;
  int64_t calls_ = 0;
  std::string stop_reason_, refusal_;
  wire::Usage usage_;
};

}  // namespace claif::api
