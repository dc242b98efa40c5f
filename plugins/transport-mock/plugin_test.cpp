#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace {

using namespace std::chrono_literals;
using claif::testing::Emit;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;

std::string ask(const std::string& text) {
  return R"({"model":"sonnet","messages":[{"role":"user","content":")" + text + R"("}]})";
}

class Mock {
 public:
  explicit Mock(FakeHost& host, std::string_view config = "{}") : plugin_(host, config) {
    EXPECT_EQ(plugin_.error(), "");
    table_ = plugin_.iface<claif_transport_v1>();
  }
  void start(FakeOp& op, const std::string& body, bool streams = false) {
    start_with(op, body, streams ? uint32_t{CLAIF_REQUEST_STREAM} : 0u);
  }
  void count(FakeOp& op, const std::string& body) {
    start_with(op, body, uint32_t{CLAIF_REQUEST_COUNT_TOKENS});
  }
  void start_with(FakeOp& op, const std::string& body, uint32_t flags) {
    claif_request request{};
    request.size = sizeof request;
    request.flags = flags;
    request.model = claif::sdk::str("sonnet");
    request.body_json = claif::sdk::str(body);
    table_->start(plugin_.self(), &request, op.raw());
  }
  void resume(uint64_t id) { table_->resume(plugin_.self(), id); }
  void cancel(uint64_t id) { table_->cancel(plugin_.self(), id); }
  void models(FakeOp& op) { table_->models(plugin_.self(), op.raw()); }

  // The text of a whole message.
  std::string answer(const std::string& body) {
    FakeOp op;
    start(op, body);
    EXPECT_EQ(op.finish_count(), 1u);
    const auto messages = op.items(CLAIF_EMIT_MESSAGE);
    if (messages.size() != 1) return "<no message>";
    rapidjson::Document doc;
    doc.Parse(messages[0].c_str());
    return doc["content"][0]["text"].GetString();
  }

 private:
  PluginUnderTest plugin_;
  const claif_transport_v1* table_ = nullptr;
};

// Joins what the deltas of a stream carry in `field`.
std::string joined(const FakeOp& op, const char* field) {
  std::string out;
  for (const std::string& item : op.items(CLAIF_EMIT_EVENT)) {
    rapidjson::Document doc;
    doc.Parse(item.c_str());
    if (doc.HasMember("delta") && doc["delta"].HasMember(field))
      out += doc["delta"][field].GetString();
  }
  return out;
}

std::vector<std::string> types(const FakeOp& op) {
  std::vector<std::string> out;
  for (const std::string& item : op.items(CLAIF_EMIT_EVENT)) {
    rapidjson::Document doc;
    doc.Parse(item.c_str());
    out.emplace_back(doc["type"].GetString());
  }
  return out;
}

TEST(MockTransport, QuotesThePromptAndSaysHowToReachClaude) {
  FakeHost host;
  Mock mock(host);
  const std::string text = mock.answer(ask("Hello"));
  EXPECT_TRUE(text.starts_with("You said: \"Hello\".")) << text;
  EXPECT_NE(text.find("offline mock"), std::string::npos);
  EXPECT_NE(text.find("ANTHROPIC_API_KEY"), std::string::npos);
  EXPECT_EQ(mock.answer(ask("Hello")), text);
}

TEST(MockTransport, EmitsAWholeMessageAfterTheHead) {
  FakeHost host;
  Mock mock(host, R"({"replies":[{"text":"12345"}]})");
  FakeOp op;
  const std::string body = ask("x");
  mock.start(op, body);
  EXPECT_EQ(op.status(), CLAIF_OK);
  EXPECT_EQ(op.emits()[0], (Emit{CLAIF_EMIT_HEAD,
                                 "200\nrequest-id: req_mock_1\ncontent-type: application/json\n"}));
  EXPECT_EQ(
      op.emits()[1].item,
      R"({"id":"msg_mock_1","type":"message","role":"assistant","model":"sonnet",)"
      R"("content":[{"type":"text","text":"12345"}],"stop_reason":"end_turn","stop_sequence":null,)"
      R"("usage":{"input_tokens":)" +
          std::to_string((body.size() + 3) / 4) +
          R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":2}})");
}

TEST(MockTransport, CountsTokensWithoutAnAnswer) {
  FakeHost host;
  Mock mock(host, R"({"replies":[{"text":"used once","times":1}]})");
  FakeOp op;
  const std::string body = ask("hello");
  mock.count(op, body);
  EXPECT_EQ(op.items(CLAIF_EMIT_MESSAGE),
            std::vector<std::string>{R"({"input_tokens":)" + std::to_string((body.size() + 3) / 4) +
                                     "}"});
  EXPECT_EQ(mock.answer(body), "used once");
}

TEST(MockTransport, StreamsWordByWord) {
  FakeHost host;
  Mock mock(host, R"({"replies":[{"text":"one two\nthree"}]})");
  FakeOp op;
  mock.start(op, ask("x"), true);
  const std::vector<std::string> expected{
      "message_start",       "content_block_start", "content_block_delta", "content_block_delta",
      "content_block_delta", "content_block_stop",  "message_delta",       "message_stop"};
  EXPECT_EQ(types(op), expected);
  EXPECT_EQ(joined(op, "text"), "one two\nthree");
  EXPECT_EQ(op.items(CLAIF_EMIT_HEAD)[0],
            "200\nrequest-id: req_mock_1\ncontent-type: text/event-stream\n");
}

TEST(MockTransport, ChunksByCharacterAndNeverCutsOne) {
  FakeHost host;
  Mock mock(host, R"({"chunk":2,"replies":[{"text":"äöü€x"}]})");
  FakeOp op;
  mock.start(op, ask("x"), true);
  EXPECT_NE(op.items(CLAIF_EMIT_EVENT)[2].find("\"text\":\"äö\""), std::string::npos);
  EXPECT_NE(op.items(CLAIF_EMIT_EVENT)[3].find("\"text\":\"ü€\""), std::string::npos);
  EXPECT_EQ(joined(op, "text"), "äöü€x");
}

TEST(MockTransport, StreamsToolCallsInFragments) {
  FakeHost host;
  Mock mock(
      host,
      R"({"replies":[{"text":"","tool_calls":[{"name":"read_file","input":{"path":"a"}},{"name":"now"}]}]})");
  FakeOp op;
  mock.start(op, ask("x"), true);
  EXPECT_EQ(joined(op, "partial_json"), R"({"path":"a"}{})");
  EXPECT_EQ(joined(op, "stop_reason"), "tool_use");
  EXPECT_EQ(types(op)[1], "content_block_start");
  EXPECT_EQ(types(op)[2], "content_block_delta");
  EXPECT_EQ(types(op)[3], "content_block_delta");
  EXPECT_NE(
      op.items(CLAIF_EMIT_EVENT)[1].find(
          R"("content_block":{"type":"tool_use","id":"toolu_mock_1_1","name":"read_file","input":{}})"),
      std::string::npos);
}

TEST(MockTransport, PicksTheFirstReplyThatMatchesAndIsNotUsedUp) {
  FakeHost host;
  Mock mock(host,
            R"({"replies":[{"match":"hi","text":"once","times":1},{"match":"hi","text":"then"},
                                 {"match":"bye","text":"later"}]})");
  EXPECT_EQ(mock.answer(ask("oh hi there")), "once");
  EXPECT_EQ(mock.answer(ask("bye")), "later");
  EXPECT_EQ(mock.answer(ask("hi")), "then");
  EXPECT_TRUE(mock.answer(ask("neither")).starts_with("You said"));
}

TEST(MockTransport, MatchesTheLastUserMessageAndReadsToolResults) {
  FakeHost host;
  Mock mock(host);
  const std::string text = mock.answer(
      R"({"messages":[{"role":"user","content":"first"},{"role":"assistant","content":"x"},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"42"}]}]}]})");
  EXPECT_TRUE(text.starts_with("The tool answered: \"42\".")) << text;
}

TEST(MockTransport, FillsPlaceholdersOnce) {
  FakeHost host;
  Mock mock(
      host,
      R"({"replies":[{"text":"{{calls}}|{{model}}|{{prompt}}|{{other}}|{{last_request}}"}]})");
  EXPECT_EQ(mock.answer(ask("{{model}}")), "1|sonnet|{{model}}|{{other}}|");
  EXPECT_EQ(mock.answer(ask("b")), "2|sonnet|b|{{other}}|" + ask("{{model}}"));
}

TEST(MockTransport, GivesTheRequestBack) {
  FakeHost host;
  Mock mock(host, R"({"replies":[{"text":"{{request}}"}]})");
  EXPECT_EQ(mock.answer(ask("a \\\"b\\\"")), ask("a \\\"b\\\""));
}

TEST(MockTransport, AnswersScriptedErrors) {
  FakeHost host;
  Mock mock(host,
            R"({"replies":[{"error":{"status":429,"message":"slow down","retry_after":2}}]})");
  FakeOp op;
  mock.start(op, ask("x"), true);
  EXPECT_EQ(op.items(CLAIF_EMIT_HEAD)[0],
            "429\nrequest-id: req_mock_1\ncontent-type: application/json\nretry-after: 2\n");
  EXPECT_EQ(op.items(CLAIF_EMIT_ERROR_BODY)[0],
            R"({"type":"error","error":{"type":"rate_limit_error","message":"slow down"}})");
  EXPECT_EQ(op.status(), CLAIF_E_RATE);
  EXPECT_EQ(op.error_text(), "slow down");
  EXPECT_EQ(op.retry_after_ms(), 2000u);
}

TEST(MockTransport, MapsStatusesToErrorCodes) {
  FakeHost host;
  for (const auto& [status, code] :
       {std::pair{400, CLAIF_E_ARG}, std::pair{401, CLAIF_E_AUTH}, std::pair{403, CLAIF_E_AUTH},
        std::pair{404, CLAIF_E_NOT_FOUND}, std::pair{500, CLAIF_E_UNAVAILABLE},
        std::pair{529, CLAIF_E_UNAVAILABLE}}) {
    Mock mock(host, R"({"replies":[{"error":{"status":)" + std::to_string(status) + "}}]}");
    FakeOp op;
    mock.start(op, ask("x"));
    EXPECT_EQ(op.status(), code) << status;
  }
}

TEST(MockTransport, RefusesABodyThatIsNoRequest) {
  FakeHost host;
  Mock mock(host);
  for (const char* body : {"", "[]", "{", R"({"messages":1})"}) {
    FakeOp op;
    mock.start(op, body);
    EXPECT_EQ(op.status(), CLAIF_E_ARG) << body;
    EXPECT_EQ(op.items(CLAIF_EMIT_ERROR_BODY).size(), 1u);
  }
}

TEST(MockTransport, WaitsForResumeAfterAgain) {
  FakeHost host;
  Mock mock(host, R"({"replies":[{"text":"a b"}]})");
  FakeOp op;
  op.on_emit([](size_t n) { return n == 1 ? CLAIF_AGAIN : CLAIF_OK; });
  mock.start(op, ask("x"), true);
  EXPECT_EQ(op.emits().size(), 2u);
  EXPECT_FALSE(op.finished());
  mock.resume(op.id() + 1000);
  EXPECT_FALSE(op.finished());
  mock.resume(op.id());
  EXPECT_EQ(joined(op, "text"), "a b");
  EXPECT_EQ(op.finish_count(), 1u);
}

TEST(MockTransport, ResumeInsideEmitIsNotLost) {
  FakeHost host;
  Mock mock(host);
  FakeOp op;
  op.on_emit([&](size_t) {
    mock.resume(op.id());
    return CLAIF_AGAIN;
  });
  mock.start(op, ask("x"), true);
  EXPECT_EQ(op.status(), CLAIF_OK);
}

TEST(MockTransport, CancelEndsAPausedAnAWaitingAndARunningCall) {
  FakeHost host;
  Mock mock(host, R"({"event_delay_ms":5})");
  FakeOp paused, waiting, running;
  paused.on_emit([](size_t) { return CLAIF_AGAIN; });
  running.on_emit([&](size_t) {
    mock.cancel(running.id());
    return CLAIF_AGAIN;
  });
  mock.start(paused, ask("x"), true);
  mock.start(waiting, ask("x"), true);
  mock.start(running, ask("x"), true);
  mock.cancel(paused.id());
  mock.cancel(waiting.id());
  for (const FakeOp* op : {&paused, &waiting, &running}) {
    EXPECT_EQ(op->status(), CLAIF_E_CANCELLED);
    EXPECT_EQ(op->finish_count(), 1u);
  }
  EXPECT_EQ(host.executor.timers(), 0u);
}

TEST(MockTransport, StopsWhenNobodyListens) {
  FakeHost host;
  Mock mock(host);
  FakeOp op;
  op.on_emit([](size_t n) { return n == 1 ? CLAIF_E_CANCELLED : CLAIF_OK; });
  mock.start(op, ask("x"), true);
  EXPECT_EQ(op.emits().size(), 2u);
  EXPECT_EQ(op.status(), CLAIF_E_CANCELLED);
}

TEST(MockTransport, DelaysByTheHostsTimers) {
  FakeHost host;
  Mock mock(host, R"({"delay_ms":100,"event_delay_ms":10,"replies":[{"text":"a b"}]})");
  FakeOp op;
  mock.start(op, ask("x"), true);
  host.advance(99ms);
  EXPECT_EQ(op.emits().size(), 0u);
  host.advance(1ms);
  EXPECT_EQ(op.emits().size(), 2u);
  host.advance(10ms);
  EXPECT_EQ(op.emits().size(), 3u);
  host.advance(1s);
  EXPECT_EQ(op.status(), CLAIF_OK);
  EXPECT_EQ(host.executor.timers(), 0u);
}

TEST(MockTransport, ServesManyThreads) {
  FakeHost host;
  Mock mock(host, R"({"replies":[{"text":"a"}]})");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        EXPECT_EQ(mock.answer(ask("x")), "a");
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(host.metrics.value("claif_mock_calls_total", {"sonnet"}), 200);
}

TEST(MockTransport, ListsModels) {
  FakeHost host;
  Mock mock(host);
  FakeOp op;
  mock.models(op);
  ASSERT_EQ(op.items(CLAIF_EMIT_ITEM).size(), 3u);
  rapidjson::Document doc;
  doc.Parse(op.items(CLAIF_EMIT_ITEM)[0].c_str());
  EXPECT_STREQ(doc["id"].GetString(), "claude-opus-5-5");
  EXPECT_EQ(doc["max_input_tokens"].GetInt(), 1000000);
}

TEST(MockTransport, RefusesAConfigurationThatItDoesNotKnow) {
  FakeHost host;
  for (const char* config :
       {R"({"delay":1})", R"({"replies":[{"txt":"a"}]})", R"({"delay_ms":-1})",
        R"({"replies":[{"error":{"status":200}}]})", R"({"replies":[{"times":0}]})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace
