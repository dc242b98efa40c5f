// One question to the pipeline, its answer on standard output.
#pragma once

#include "cli/answer.hpp"
#include "cli/command.hpp"

#include <claif/chat.hpp>

namespace claif::cli {

struct AskOptions {
  bool stream = true;
  bool json = false;     // the OpenAI object, or its chunks when streaming
  bool dry_run = false;  // what would be sent, in the place of an answer
};

// Asks on the current thread; what could not be honoured goes to standard error. Interrupting
// cancels (Errc::cancelled). tool_denied when the approval strategy refused a call, after all of
// the answer was printed.
Result<void> ask(Engine& engine,
                 const ChatRequest& request,
                 const AskOptions& options,
                 Answer& answer);

}  // namespace claif::cli
