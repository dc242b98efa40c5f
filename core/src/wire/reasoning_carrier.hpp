// What `encrypted_content` of a reasoning item holds (Q9): Claude's signed thinking, in a form that
// clients hand back unchanged. It is a wrapping, not an encryption.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claif::wire {

// base64 of {"v":1,"blocks":[block]}. `block_json`: a thinking or redacted_thinking block.
std::string seal_reasoning(std::string_view block_json);

// The elements of "blocks", joined by commas; nothing when `sealed` is not of our making, as that
// of another service is not.
std::optional<std::string> open_reasoning(std::string_view sealed);

}  // namespace claif::wire
