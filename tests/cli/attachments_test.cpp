// Images, documents, schemas and tools of `claif query`.
#include "cli/claif_program.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::cli {
namespace {

using claif::testing::ClaifProgram;
using claif::testing::Ended;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kPng("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
const std::string kRequest = R"(transport.config.replies=[{"text":"{{request}}"}])";
const std::string kTools =
    R"([{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}])";
const std::string kSchema =
    R"({"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer"}},)"
    R"("required":["city"],"additionalProperties":false})";

class Attachments : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& bytes) const {
    std::ofstream(claif.work() / name, std::ios::binary) << bytes;
  }
  // The Messages request that a query sends.
  std::string sent(std::vector<std::string> args) const {
    args.insert(args.begin(), "query");
    args.insert(args.end(), {"--set", kRequest});
    const Ended ended = claif.mock(args);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.out;
  }
  // With that scripted reply.
  Ended answered(const std::string& reply, std::vector<std::string> args) const {
    args.insert(args.begin(), "query");
    args.insert(args.end(), {"--set", "transport.config.replies=[" + reply + "]"});
    return claif.mock(args);
  }

  ClaifProgram claif;
};

TEST_F(Attachments, ImagesAndDocumentsComeBeforeTheQuestion) {
  file("chart.dat", kPng);
  file("notes", "# Notes");
  file("paper.pdf", "%PDF-1.7 ...");
  const std::string body = sent({"--image", "chart.dat", "--image", "https://example.test/a.png",
                                 "--file", "notes", "--file", "paper.pdf", "Compare", "them"});
  size_t at = 0;
  for (const char* const part :
       {R"("media_type":"image/png")", R"("https://example.test/a.png")", R"("data":"# Notes")",
        R"("title":"notes")", R"("media_type":"application/pdf")", R"("text":"Compare them")"}) {
    const size_t found = body.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << " is not in its place in " << body;
    at = found;
  }
}

TEST_F(Attachments, AnImageNeedsNoWords) {
  file("chart.png", kPng);
  EXPECT_THAT(sent({"--image", "chart.png"}), HasSubstr("image/png"));
}

TEST_F(Attachments, EffortAndOtherParametersReachTheRequest) {
  const std::string body = sent({"hi", "--effort", "high", "--param", R"(stop=["END"])", "--param",
                                 "user=u-1", "--param", "parallel_tool_calls=false"});
  for (const char* const part :
       {R"("effort":"high")", R"("stop_sequences":["END"])", R"("user_id":"u-1")"})
    EXPECT_THAT(body, HasSubstr(part));
}

TEST_F(Attachments, WhatIsWrongIsNamedWithItsFile) {
  file("text.png", "no image");
  file("empty.png", "");
  file("huge.png", kPng + std::string(7'500'000, 'x'));
  file("program", std::string("\x7f"
                              "ELF\0\xff",
                              6));
  file("blank.txt", " \n");
  file("broken.json", "[{]");
  file("object.json", "{}");
  file("list.json", "[]");
  file("number.json", "[5]");
  file("twice.json", R"([{"type":"function","function":{"name":"a"}},)"
                     R"({"type":"function","function":{"name":"a"}}])");
  const struct {
    std::vector<std::string> args;
    int code;
    std::string says;
  } cases[] = {
      {{"--image", "missing.png"}, 2, "--image missing.png: cannot be read (No such file"},
      {{"--image", "."}, 2, "--image .: is a directory"},
      {{"--image", "text.png"}, 8, "--image text.png: is not a PNG, JPEG, GIF or WebP file"},
      {{"--image", "empty.png"}, 8, "--image empty.png: is empty"},
      {{"--image", "huge.png"}, 8, "--image huge.png: is over 7 MB"},
      {{"--image", "http://example.test/a.png"}, 8, "download it"},
      {{"--file", "missing.pdf"}, 2, "--file missing.pdf: cannot be read"},
      {{"--file", "program"}, 8, "--file program: is neither PDF nor UTF-8 text"},
      {{"--file", "blank.txt"}, 8, "--file blank.txt: holds nothing"},
      {{"--tools", "missing.json"}, 2, "--tools missing.json: cannot be read"},
      {{"--tools", "broken.json"}, 8, "--tools broken.json: is not JSON"},
      {{"--tools", "object.json"}, 8, "--tools object.json: must be a JSON list"},
      {{"--tools", "list.json"}, 8, "--tools list.json: lists no tool"},
      {{"--tools", "number.json"}, 8, "--tools number.json: 'tools[0]' must be an object"},
      {{"--tools", "twice.json"}, 8, "--tools twice.json: "},
      {{"--schema", "missing.json"}, 2, "--schema missing.json: cannot be read"},
      {{"--schema", "broken.json"}, 8, "--schema broken.json: is not JSON"},
      {{"--schema", "list.json"}, 8, "--schema list.json: must be a JSON Schema"},
      {{"--effort", "extreme"}, 2, "--effort"},
      {{"--param", "temperature"}, 2, "--param temperature is not KEY=VALUE"},
      {{"--param", "temperature=hot"}, 8, "'temperature' must be"},
  };
  for (const auto& c : cases) {
    std::vector<std::string> args = {"query", "hi"};
    args.insert(args.end(), c.args.begin(), c.args.end());
    const Ended ended = claif.mock(args);
    EXPECT_EQ(ended.code, c.code) << c.says << '\n' << ended.err;
    EXPECT_EQ(ended.out, "") << c.says;
    EXPECT_THAT(ended.err, HasSubstr(c.says));
  }
}

TEST_F(Attachments, ASchemaAsksForItsJsonAndPrintsIt) {
  file("weather.json", kSchema);
  EXPECT_THAT(claif.mock({"query", "hi", "--schema", "weather.json", "--dry-run"}).out,
              HasSubstr(R"("output_config":{"format":{"type":"json_schema")"));
  const Ended ended = answered(R"({"text":"{\"city\":\"Oslo\",\"degrees\":3}"})",
                               {"hi", "--schema", "weather.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "{\"city\":\"Oslo\",\"degrees\":3}\n");
  EXPECT_EQ(ended.err, "");
}

TEST_F(Attachments, AnAnswerThatDoesNotMatchItsSchemaIs8) {
  file("weather.json", kSchema);
  const struct {
    std::string text, says;
  } cases[] = {{"sunny", "the answer does not match --schema weather.json: "},
               {R"({\"degrees\":3})", "must have [\"city\"]"},
               {R"({\"city\":4})", "'city' must be of type \"string\""},
               {R"({\"city\":\"a\",\"wind\":1})", "'wind' is not in the schema"}};
  for (const auto& c : cases)
    for (const char* const form : {"--stream", "--json"}) {
      const Ended ended =
          answered(R"({"text":")" + c.text + "\"}", {"hi", "--schema", "weather.json", form});
      EXPECT_EQ(ended.code, 8) << c.text;
      EXPECT_NE(ended.out, "") << c.text;
      EXPECT_THAT(ended.err, HasSubstr(c.says));
    }
}

TEST_F(Attachments, ASchemaThatGoesRoundInACircleIsAskedForInWords) {
  file("tree.json",
       R"({"type":"object","properties":{"left":{"$ref":"#"}},"additionalProperties":false})");
  const Ended ended =
      answered(R"({"text":"```json\n{\"left\":{}}\n```"})", {"hi", "--schema", "tree.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "{\"left\":{}}\n");
  EXPECT_THAT(ended.err, HasSubstr("response_format:best_effort"));
}

const std::string kCall =
    R"({"text":"Let me look.","tool_calls":[{"name":"get_weather","input":{"city":"Oslo"}},{"name":"get_weather"}]})";

TEST_F(Attachments, ToolCallsAreALineOfJsonEach) {
  file("tools.json", kTools);
  for (const char* const form : {"--stream", "--no-stream"}) {
    const Ended ended = answered(kCall, {"weather?", "--tools", "tools.json", form});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(
        ended.out,
        "Let me look.\n"
        R"({"id":"toolu_mock_1_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}})"
        "\n"
        R"({"id":"toolu_mock_1_2","type":"function","function":{"name":"get_weather","arguments":"{}"}})"
        "\n");
  }
  const Ended json =
      answered(kCall, {"weather?", "--tools", "tools.json", "--json", "--no-stream"});
  EXPECT_THAT(json.out, HasSubstr(R"("tool_calls":[{"id":"toolu_mock_1_1")"));
  EXPECT_THAT(json.out, HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST_F(Attachments, ADeniedCallIs7AndIsNotPrinted) {
  file("tools.json", kTools);
  for (const char* const form : {"--stream", "--no-stream", "--json"}) {
    const Ended ended = answered(
        kCall, {"weather?", "--tools", "tools.json", form, "--set", "approval.use=deny-all"});
    EXPECT_EQ(ended.code, 7) << form;
    EXPECT_THAT(ended.out, HasSubstr("Let"));
    EXPECT_THAT(ended.out, Not(HasSubstr("Oslo")));
    EXPECT_THAT(ended.err, HasSubstr("claif: the call of 'get_weather' was denied: "));
  }
}

TEST_F(Attachments, OneDeniedCallOfTwoIs7AndTheOtherIsPrinted) {
  file("tools.json", R"([{"type":"function","function":{"name":"look"}},)"
                     R"({"type":"function","function":{"name":"break"}}])");
  const Ended ended = answered(R"({"tool_calls":[{"name":"break"},{"name":"look"}]})",
                               {"go", "--tools", "tools.json", "--set", "approval.use=allow-list",
                                "--set", R"(approval.config={"tools":["look"]})"});
  EXPECT_EQ(ended.code, 7);
  EXPECT_THAT(ended.out, HasSubstr(R"("function":{"name":"look")"));
  EXPECT_THAT(ended.out, Not(HasSubstr(R"("name":"break")")));
  EXPECT_THAT(ended.err, HasSubstr("'break' was denied"));
}

TEST_F(Attachments, WhatTheTextDoesNotTellIsNoted) {
  EXPECT_THAT(answered(R"({"text":"half","stop_reason":"max_tokens"})", {"hi"}).err,
              HasSubstr("claif: note: the answer is cut off"));
  EXPECT_THAT(answered(R"({"text":"","stop_reason":"refusal"})", {"hi"}).err,
              HasSubstr("claif: note: the model declined: "));
}

}  // namespace
}  // namespace claif::cli
