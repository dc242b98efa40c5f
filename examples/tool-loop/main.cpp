// Shows a picture, lets the model call a tool, and gets the answer as JSON of a given schema.
#include <claif/client.hpp>

#include <iostream>
#include <string>

namespace {

// A 1x1 PNG; a program would read a file.
const std::string kPicture(
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDAT\x08\xd7"
    "c\xf8\xcf\xc0\0\0\3\1\1\0\x18\xdd\x8d\xb0\0\0\0\0IEND\xae"
    "B`\x82",
    69);

const char* const kArguments =
    R"({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})";
const char* const kAnswer =
    R"({"type": "object", "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
        "required": ["city", "degrees"], "additionalProperties": false})";

// What the mock transport plays in the place of Claude.
const char* const kScript = R"([
  {"match": "Where is this", "tool_calls": [{"name": "get_weather", "input": {"city": "Oslo"}}], "times": 1},
  {"match": "3 degrees", "text": "{\"city\":\"Oslo\",\"degrees\":3}"}
])";

std::string run_tool(const claif::ToolCall& call) {
  std::cout << "the model calls " << call.name << ' ' << call.arguments << '\n';
  return call.name == "get_weather" ? "3 degrees, rain" : "there is no such tool";
}

}  // namespace

int main() try {
  claif::Client client({.transport = "mock", .set = {{"transport.config.replies", kScript}}});

  claif::ChatRequest request;
  request.model = "opus";
  request.messages = {{.role = "user",
                       .content = "Where is this, and how warm is it there?",
                       .parts = {claif::ContentPart::of_image_bytes(kPicture)}}};
  request.tools = {{.name = "get_weather",
                    .description = "Tells the weather of a city",
                    .parameters_json = kArguments}};
  request.response_format = {"weather", kAnswer};

  const claif::UpstreamRequest preview = client.chat.completions.dry_run(request);
  std::cout << "the first request has " << preview.body.size() << " bytes\n";

  for (;;) {
    const claif::ChatCompletion answer = client.chat.completions.create(request);
    const claif::Choice& choice = answer.choices[0];
    for (const claif::DeniedCall& denied : answer.denied)
      std::cout << denied.name << " was denied: " << denied.reason << '\n';
    if (choice.finish_reason != "tool_calls") {
      std::cout << choice.message.content << '\n';
      return 0;
    }
    request.messages.push_back(choice.message);  // with its thinking, which must go back unchanged
    for (const claif::ToolCall& call : choice.message.tool_calls)
      request.messages.push_back(
          {.role = "tool", .content = run_tool(call), .tool_call_id = call.id});
  }
} catch (const claif::ApiError& error) {
  std::cerr << "claif: " << error.what() << '\n';
  return 1;
}
