// How each event of the Responses API is spelled (translation.md 5.3): SSE frames whose `event:`
// equals the type, numbered from 0. When they are sent is the encoder's matter.
#pragma once

#include "base/json.hpp"
#include "wire/responses_object.hpp"
#include "wire/responses_output.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace claif::wire {

// One for each stream. Every function appends its frames to `out`. `item` must be of the kind that
// the event is about.
class ResponsesFrames {
 public:
  // `encrypted`: reasoning items that are done show their encrypted_content.
  explicit ResponsesFrames(bool encrypted) : encrypted_(encrypted) {}

  // response.created, response.completed and the like.
  void response(std::string_view type,
                const ResponseState& state,
                const ResponsesEcho& echo,
                std::string& out);
  void item_added(const OutputItem& item, std::string& out);
  void item_done(const OutputItem& item, std::string& out);

  void text_added(const OutputItem& item, std::string& out);
  void text_delta(const OutputItem& item, std::string_view piece, std::string& out);
  // Of the last citation of the message.
  void annotation_added(const OutputItem& item, std::string& out);
  void text_done(const OutputItem& item, std::string& out);
  // The whole refusal part, from content_part.added to content_part.done.
  void refusal(const OutputItem& item, std::string& out);

  void summary_added(const OutputItem& item, std::string& out);
  void summary_delta(const OutputItem& item, std::string_view piece, std::string& out);
  void summary_done(const OutputItem& item, std::string& out);

  void arguments_delta(const OutputItem& item, std::string_view piece, std::string& out);
  void arguments_done(const OutputItem& item, std::string& out);

 private:
  json::Writer& begin(std::string_view type);
  json::Writer& begin(std::string_view type, const OutputItem& item);
  void send(std::string& out);

  bool encrypted_;
  int64_t sequence_ = 0;
  std::string_view type_;  // of the frame that is being written
  json::Writer frame_;
};

}  // namespace claif::wire
