// A stream on its way to a client of chat completions.
#pragma once

#include "support/played_answer.hpp"
#include "wire/chat_response.hpp"

#include <cstdint>
#include <set>

namespace claif::test {

class PlayedStream final : public PlayedAnswer<wire::ChatStreamEncoder> {
 public:
  explicit PlayedStream(const wire::ChatEncoding& encoding)
      : PlayedAnswer(std::in_place, "chatcmpl-1", 1, encoding) {}

  // No block began while another was open.
  bool sequential() const { return sequential_; }

 private:
  void follow(const wire::Event& event) override {
    const auto* start = std::get_if<wire::BlockStart>(&event.body);
    const auto* text = std::get_if<wire::TextDelta>(&event.body);
    if (start != nullptr || (text != nullptr && open_.count(text->index) == 0)) {
      sequential_ = sequential_ && open_.empty();
      open_.insert(start != nullptr ? start->index : text->index);
    }
    if (const auto* stop = std::get_if<wire::BlockStop>(&event.body)) open_.erase(stop->index);
  }

  bool sequential_ = true;
  std::set<int64_t> open_;
};

}  // namespace claif::test
