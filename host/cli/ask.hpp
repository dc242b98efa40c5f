// One question to the pipeline, its answer on standard output.
#pragma once

#include "cli/command.hpp"

#include <claif/chat.hpp>

#include <string>

namespace claif::cli {

struct AskOptions {
  bool stream = true;
  bool json = false;  // the OpenAI object, or its chunks when streaming
};

// Asks on the current thread. On success `answer` is the text. Interrupting cancels
// (Errc::cancelled).
Result<void> ask(Engine& engine,
                 const ChatRequest& request,
                 const AskOptions& options,
                 std::string& answer);

}  // namespace claif::cli
