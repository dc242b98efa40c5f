// The table of models, as the upstream corrects it (R4).
#include "wire/model_table.hpp"

#include "wire/body.hpp"
#include "wire/chat_request.hpp"
#include "wire/responses_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string flag(bool supported) {
  return supported ? R"({"supported":true})" : R"({"supported":false})";
}
// A ModelInfo with these types of thinking: adaptive, between_tools, disabled, enabled.
std::string info(const std::string& id,
                 bool adaptive,
                 bool between,
                 bool disabled,
                 bool enabled,
                 const std::string& more = "") {
  return R"({"type":"model","id":")" + id + R"(","max_tokens":4000,"max_input_tokens":9000,)" +
         R"("lifecycle":"active","retires_at":null,"capabilities":{"thinking":{"supported":true,)" +
         R"("types":{"adaptive":)" + flag(adaptive) + R"(,"between_tools":)" + flag(between) +
         R"(,"disabled":)" + flag(disabled) + R"(,"enabled":)" + flag(enabled) + "}}" + more + "}}";
}
std::shared_ptr<const ModelTable> table(const std::vector<std::string>& infos) {
  std::vector<ModelInfo> models;
  for (const std::string& text : infos)
    models.push_back(*read_model_info(text));
  return std::make_shared<const ModelTable>(models);
}
Thinking thinking(const std::string& json, const std::string& id) {
  return table({json})->find(id)->thinking;
}

TEST(ModelTable, WithoutNewsIsTheBuiltInOne) {
  const auto built_in = table({});
  ASSERT_EQ(built_in->rows().size(), known_models().size());
  const ModelRow& row = *built_in->find("claude-opus-4-5");
  EXPECT_EQ(row.max_output, 64000);
  EXPECT_EQ(row.max_input, 200000);
  EXPECT_EQ(built_in->find("claude-opus-9"), nullptr);
}

TEST(ModelTable, TakesWhatIsPublishedAndKeepsTheRest) {
  const ModelRow before = *table({})->find("claude-sonnet-4-6");
  const auto corrected = table({info("claude-sonnet-4-6", true, false, true, true,
                                     R"(,"effort":{"supported":true,"xhigh":{"supported":true}})"
                                     R"(,"structured_outputs":{"supported":false})")});
  const ModelRow& after = *corrected->find("claude-sonnet-4-6");
  EXPECT_EQ(after.max_output, 4000);
  EXPECT_EQ(after.max_input, 9000);
  EXPECT_TRUE(after.xhigh_effort);
  EXPECT_FALSE(after.structured_outputs);
  EXPECT_EQ(after.forced_tools, before.forced_tools);
  EXPECT_EQ(after.mid_system, before.mid_system);
  EXPECT_EQ(after.sampling, before.sampling);
  EXPECT_EQ(corrected->rows().size(), known_models().size());
}

TEST(ModelTable, ADatedIdIsItsModel) {
  const auto corrected = table({info("claude-haiku-4-5-20251001", false, false, true, true)});
  EXPECT_EQ(corrected->find("claude-haiku-4-5")->max_output, 4000);
  EXPECT_EQ(corrected->rows().size(), known_models().size());
}

TEST(ModelTable, NullsAndNonsenseChangeNothing) {
  const auto same = table(
      {R"({"id":"claude-opus-5-5","max_tokens":null,"max_input_tokens":-1,"capabilities":null})",
       R"({"id":"claude-opus-5-5","max_tokens":"many","capabilities":{"thinking":{"types":7},)"
       R"("structured_outputs":{"supported":"yes"}}})"});
  const ModelRow& row = *same->find("claude-opus-5-5");
  EXPECT_EQ(row.max_output, 128000);
  EXPECT_EQ(row.max_input, 1000000);
  EXPECT_EQ(row.thinking, Thinking::a);
  EXPECT_TRUE(row.structured_outputs);
  for (const char* const text : {"", "[]", "{}", R"({"id":7})", R"({"id":""})"})
    EXPECT_FALSE(read_model_info(text)) << text;
}

TEST(ModelTable, ThinkingIsClassedByWhatIsAccepted) {
  EXPECT_EQ(thinking(info("claude-x", true, false, false, false), "claude-x"), Thinking::a);
  EXPECT_EQ(thinking(info("claude-x", true, true, false, false), "claude-x"), Thinking::e);
  EXPECT_EQ(thinking(info("claude-x", true, true, true, false), "claude-x"), Thinking::b);
  EXPECT_EQ(thinking(info("claude-x", false, false, true, true), "claude-x"), Thinking::d);
  // Only the built-in table knows that thinking is off by default.
  EXPECT_EQ(thinking(info("claude-opus-4-8", true, false, true, false), "claude-opus-4-8"),
            Thinking::c);
  EXPECT_EQ(thinking(info("claude-opus-5-5", true, false, true, false), "claude-opus-5-5"),
            Thinking::b);
}

// What a request for `model` becomes.
std::string sent(const std::shared_ptr<const ModelTable>& models,
                 const std::string& model,
                 const std::string& more = "",
                 std::vector<std::string>* warnings = nullptr) {
  auto decoded = decode_chat(
      R"({"model":")" + model + R"(","messages":[{"role":"user","content":"Hi"}])" + more + "}",
      {{}, false, models});
  if (!decoded) return decoded.error().message;
  if (warnings != nullptr) *warnings = decoded->warnings;
  return decoded->messages.body;
}

TEST(ModelTable, DecidesHowARequestIsTranslated) {
  const std::string fixed = R"(,"structured_outputs":{"supported":false})"
                            R"(,"effort":{"supported":true,"xhigh":null})";
  const auto models = table({info("claude-next-9", true, true, false, false, fixed)});
  EXPECT_THAT(sent(models, "claude-next-9"), HasSubstr(R"("max_tokens":4000)"));
  EXPECT_THAT(sent(nullptr, "claude-next-9"), HasSubstr(R"("max_tokens":64000)"));
  EXPECT_THAT(sent(models, "claude-next-9", R"(,"max_tokens":5000)"),
              HasSubstr(R"("max_tokens":4000)"));
  EXPECT_THAT(sent(models, "claude-next-9", R"(,"reasoning_effort":"none")"),
              HasSubstr(R"("thinking":{"type":"between_tools"})"));
  EXPECT_THAT(sent(models, "claude-next-9", R"(,"reasoning_effort":"xhigh")"),
              HasSubstr(R"("effort":"high")"));
}

TEST(ModelTable, DecidesAboutResponsesToo) {
  ResponsesOptions options;
  options.models = table({info("claude-opus-5-5", true, false, false, false)});
  const auto decoded =
      decode_responses(*parse_request(R"({"model":"opus","input":"Hi"})"), options);
  ASSERT_TRUE(decoded);
  EXPECT_THAT(decoded->messages.body, HasSubstr(R"("max_tokens":4000)"));
}

TEST(ModelTable, WithoutStructuredOutputsSchemasAreAskedForInWords) {
  const auto models = table({info("claude-opus-5-5", true, false, false, false,
                                  R"(,"structured_outputs":{"supported":false})")});
  std::vector<std::string> warnings;
  const std::string schema = R"({"type":"object","properties":{},"additionalProperties":false})";
  EXPECT_THAT(
      sent(models, "opus",
           R"(,"response_format":{"type":"json_schema","json_schema":{"schema":)" + schema + "}}",
           &warnings),
      HasSubstr("Respond with a single valid JSON object"));
  EXPECT_THAT(warnings, ::testing::Contains("response_format:best_effort"));
  EXPECT_THAT(sent(models, "opus",
                   R"(,"tools":[{"type":"function","function":{"name":"f","strict":true,)"
                   R"("parameters":)" +
                       schema + "}}]",
                   &warnings),
              Not(HasSubstr("strict")));
  EXPECT_THAT(warnings, ::testing::Contains("tools.strict:dropped"));
}

}  // namespace
}  // namespace claif::wire
