// A stream and the message that it adds up to say the same.
#pragma once

#include "support/chat_frames.hpp"
#include "support/json_difference.hpp"
#include "support/played_stream.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claif::test {

// Where the reassembled chunks differ from the completion that the assembled message becomes;
// nothing: empty. Only for a complete stream. (S6 passes thinking on as it comes, A4 puts blank
// lines between blocks: these do not count. Annotations and thinking blocks, which come when a
// block stops, are compared only when blocks do not overlap.)
std::string sum_difference(const PlayedStream& played, const wire::ChatEncoding& encoding);

// Where playing a message as a stream and assembling that gives another message.
std::string replay_difference(const std::string& message_json);

}  // namespace claif::test
