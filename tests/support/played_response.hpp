// A stream on its way to a client of the Responses API.
#pragma once

#include "support/played_answer.hpp"
#include "support/response_events.hpp"
#include "wire/responses_stream.hpp"

namespace claif::test {

class PlayedResponse final : public PlayedAnswer<wire::ResponsesStreamEncoder> {
 public:
  explicit PlayedResponse(wire::ResponsesEcho echo = {})
      : PlayedAnswer(std::in_place, std::string(kResponseId), 1, std::move(echo)) {}
};

}  // namespace claif::test
