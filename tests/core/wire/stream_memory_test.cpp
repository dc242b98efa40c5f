// A stream of ten thousand events takes no more memory than one of a hundred.
#include "sse.hpp"
#include "support/live_memory.hpp"
#include "wire/chat_response.hpp"
#include "wire/event.hpp"
#include "wire/stream_order.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// From the bytes of the upstream to those of the client, as a gateway without cache and session
// does it: what was written is gone.
class Translation {
 public:
  explicit Translation(const wire::ChatEncoding& encoding) : encoder_("chatcmpl-1", 1, encoding) {}

  void feed(std::string_view sse) {
    EXPECT_TRUE(parser_.feed(sse, [&](std::string_view, std::string_view data) {
      const auto event = events_.parse(data);
      ASSERT_TRUE(event);
      const auto admitted = order_.admit(*event);
      ASSERT_TRUE(admitted && *admitted) << data;
      encoder_.encode(*event, out_);
    }));
    written_ += out_.size();
    out_.clear();
  }
  size_t written() const { return written_; }

 private:
  transport_anthropic::SseParser parser_;
  wire::EventParser events_;
  wire::StreamOrder order_;
  wire::ChatStreamEncoder encoder_;
  std::string out_;
  size_t written_ = 0;
};

std::string sse(const std::string& json) {
  return "event: x\ndata: " + json + "\n\n";
}

struct Content {
  const char *name, *block, *delta;
};

class StreamMemory : public testing::TestWithParam<Content> {};

TEST_P(StreamMemory, DoesNotGrowWithTheStream) {
  Translation stream({.include_usage = true});
  stream.feed(sse(R"({"type":"message_start","message":{"id":"m","model":"x","content":[],)"
                  R"("usage":{"input_tokens":3,"output_tokens":1}}})"));
  stream.feed(sse(R"({"type":"content_block_start","index":0,"content_block":)" +
                  std::string(GetParam().block) + "}"));
  const std::string event = sse(R"({"type":"content_block_delta","index":0,"delta":)" +
                                std::string(GetParam().delta) + "}");
  const std::string_view half(event.data(), event.size() / 2), rest(event.data() + half.size());
  size_t early = 0, late = 0;
  for (int n = 0; n < 10'000; ++n) {
    stream.feed(half);
    stream.feed(rest);
    size_t& most = n < 100 ? early : late;
    most = std::max(most, live_bytes());
  }
  EXPECT_GT(stream.written(), 10'000 * 150u);
  EXPECT_LE(late, early + 4096);
}

INSTANTIATE_TEST_SUITE_P(
    Blocks,
    StreamMemory,
    testing::Values(
        Content{"Text", R"({"type":"text","text":""})",
                R"({"type":"text_delta","text":"twenty characters, é"})"},
        Content{"Thinking", R"({"type":"thinking","thinking":"","signature":""})",
                R"({"type":"thinking_delta","thinking":"twenty characters, é"})"},
        Content{"ToolCall", R"({"type":"tool_use","id":"t","name":"f","input":{}})",
                R"({"type":"input_json_delta","partial_json":"\"twenty\":\"characters\","})"}),
    [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace claif::test
