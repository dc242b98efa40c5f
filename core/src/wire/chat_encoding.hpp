// How a chat completions client asked for its answer.
#pragma once

namespace claif::wire {

// Read from the request, used by the encoders of the answer.
struct ChatEncoding {
  bool include_usage = false;     // streams end with the token counts (S9)
  bool reasoning = true;          // the extension reasoning_content (A4)
  bool thinking_blocks = false;   // the extension thinking_blocks (A4, S6)
  bool legacy_functions = false;  // function_call in the place of tool_calls (2.7, S15)
  bool strip_fence = false;       // JSON was asked for by prompt: no Markdown around it (F2)
};

}  // namespace claif::wire
