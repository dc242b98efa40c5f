#include "wire/locate.hpp"

#include "base/json.hpp"

#include <array>
#include <charconv>

namespace claif::wire {
namespace {

tl::unexpected<Error> wrong(std::string_view param, std::string_view what) {
  Error error;
  error.code = Errc::invalid_request;
  error.message = std::string(param).append(": ").append(what);
  error.param = param;
  return fail(std::move(error));
}

// The members that are read, by name; empty spans for those that are absent or null.
struct Found {
  std::string_view name;
  bool seen = false;
  json::Span value{};
};
using Members = std::array<Found, 5>;
enum Member : size_t { kModel, kMessages, kStream, kMaxTokens, kTools };

Result<void> find_members(std::string_view body, Members& found) {
  for (json::Members member(body); member.next();)
    for (Found& wanted : found) {
      if (!member.is(wanted.name)) continue;
      if (std::exchange(wanted.seen, true)) return wrong(wanted.name, "is there twice");
      if (member.value().of(body) != "null") wanted.value = member.value();
    }
  return {};
}

std::vector<std::string> tool_names(std::string_view body, json::Span tools) {
  std::vector<std::string> out;
  for (json::Elements tool(body, tools); tool.next();) {
    const std::string_view object = tool.element().of(body);
    for (json::Members member(object); member.next();)
      if (member.is("name")) out.push_back(json::unquote(member.value().of(object)));
  }
  return out;
}

// The elements, without the brackets and the blanks inside of them.
json::Span elements_of(std::string_view body, json::Span list) {
  json::Elements element(body, list);
  if (!element.next()) return {};
  json::Span out = element.element();
  while (element.next())
    out.end = element.element().end;
  return out;
}

}  // namespace

Result<Layout> locate(const std::string& body) {
  CLAIF_CHECK(json::check(body));
  const std::string_view text = body;
  if (text[text.find_first_not_of(" \n\t\r")] != '{')
    return fail(Errc::invalid_request, "the body must be a JSON object");
  Members found{Found{"model"}, Found{"messages"}, Found{"stream"}, Found{"max_tokens"},
                Found{"tools"}};
  CLAIF_CHECK(find_members(text, found));
  const auto first = [&](Member m) {
    const std::string_view value = found[m].value.of(text);
    return value.empty() ? '\0' : value.front();
  };

  Layout out;
  if (first(kModel) == '\0') return wrong("model", "is required");
  if (first(kModel) != '"') return wrong("model", "must be a string");
  out.model = found[kModel].value;
  out.model_name = json::unquote(out.model.of(text));
  if (out.model_name.empty()) return wrong("model", "must not be empty");

  if (first(kMessages) == '\0') return wrong("messages", "is required");
  if (first(kMessages) != '[') return wrong("messages", "must be a list");
  out.messages = elements_of(text, found[kMessages].value);
  if (out.messages.end == 0) return wrong("messages", "must have at least one message");

  const std::string_view stream = found[kStream].value.of(text);
  if (!stream.empty() && stream != "true" && stream != "false")
    return wrong("stream", "must be true or false");
  out.stream = stream == "true";

  if (const std::string_view n = found[kMaxTokens].value.of(text); !n.empty()) {
    if (n[0] != '-' && (n[0] < '0' || n[0] > '9')) return wrong("max_tokens", "must be an integer");
    const auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), out.max_tokens);
    if (error != std::errc() || end != n.data() + n.size()) out.max_tokens = 0;
  }
  if (first(kTools) == '[') out.tools = tool_names(text, found[kTools].value);
  return out;
}

Result<void> adopt_body(MessagesRequest& request, std::string body) {
  const auto refuse = [](const std::string& why) {
    return fail(Errc::internal,
                "a hook replaced the request by something that is no Messages request: " + why);
  };
  auto layout = locate(body);
  if (!layout) return refuse(layout.error().message);
  if (layout->stream != request.stream) return refuse("it changes 'stream'");
  request.messages_begin = layout->messages.begin;
  request.messages_end = layout->messages.end;
  request.model = std::move(layout->model_name);
  request.max_tokens = layout->max_tokens;
  request.tools = std::move(layout->tools);
  request.body = std::move(body);
  return {};
}

std::string with_stream(const std::string& body) {
  std::string out = body;
  for (json::Members member(body); member.next();)
    if (member.is("stream")) {
      const json::Span value = member.value();
      return out.replace(value.begin, value.end - value.begin, "true");
    }
  return out.insert(out.find('{') + 1, R"("stream":true,)");
}

}  // namespace claif::wire
