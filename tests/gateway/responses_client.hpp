// A client of the Responses API, and what it reads of the answers.
#pragma once

#include "base/json.hpp"
#include "gateway/running_gateway.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::testing {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// JSON that is looked at by name; what is not there is empty.
struct Object {
  std::string body;

  std::string text(std::string_view name) const {
    const auto doc = json::parse(body);
    return doc ? std::string(json::string_or(doc->root(), name)) : "";
  }
  bool flag(std::string_view name) const {
    const auto doc = json::parse(body);
    const json::Value* v = doc ? json::find(doc->root(), name) : nullptr;
    return v != nullptr && v->IsTrue();
  }
  Object member(std::string_view name) const {
    const auto doc = json::parse(body);
    const json::Value* v = doc ? json::find(doc->root(), name) : nullptr;
    return {v != nullptr ? json::dump(*v) : "null"};
  }
  std::vector<Object> list(std::string_view name) const {
    std::vector<Object> out;
    const auto doc = json::parse(body);
    const json::Value* v = doc ? json::find(doc->root(), name) : nullptr;
    if (v != nullptr && v->IsArray())
      for (const auto& entry : v->GetArray())
        out.push_back({json::dump(entry)});
    return out;
  }
};

// The text of every message of a response.
inline std::string text_of(const Object& response) {
  std::string out;
  for (const Object& item : response.list("output"))
    for (const Object& part : item.list("content"))
      out += part.text("text");
  return out;
}

// The events of a stream: their names, their data.
inline std::vector<std::pair<std::string, Object>> response_events(std::string_view sse) {
  std::vector<std::pair<std::string, Object>> out;
  while (!sse.empty()) {
    const size_t end = std::min(sse.find("\n\n"), sse.size());
    const std::string_view frame = sse.substr(0, end);
    sse.remove_prefix(std::min(end + 2, sse.size()));
    if (frame.starts_with(":")) continue;
    const size_t line = frame.find('\n');
    EXPECT_TRUE(frame.starts_with("event: ") && frame.substr(line + 1).starts_with("data: "))
        << frame;
    out.push_back({std::string(frame.substr(7, line - 7)), {std::string(frame.substr(line + 7))}});
    EXPECT_EQ(out.back().second.text("type"), out.back().first);
  }
  return out;
}

class ResponsesClient {
 public:
  // `headers` go with every request.
  explicit ResponsesClient(uint16_t port, std::string headers = "")
      : raw_(port), headers_(std::move(headers)) {}

  Answer ask(const std::string& request) {
    auto answer = raw_.ask(request);
    EXPECT_TRUE(answer) << request;
    return answer.value_or(Answer{});
  }
  Answer send_body(const std::string& body, const std::string& headers = "") {
    return ask(post_request(body, headers));
  }
  // POST /v1/responses; `members` of the request but the model.
  Answer post(const std::string& members, const std::string& headers = "") {
    return send_body(R"({"model":"haiku",)" + members + "}", headers);
  }
  // The same, and the response.
  std::pair<Answer, Object> create(const std::string& members, const std::string& headers = "") {
    Answer http = post(members, headers);
    EXPECT_EQ(http.status, 200) << http.body;
    return {http, {http.body}};
  }
  // The error that an answer is.
  std::pair<Answer, Object> error(Answer http) {
    Object error = Object{http.body}.member("error");
    EXPECT_NE(error.text("message"), "") << http.body;
    return {std::move(http), std::move(error)};
  }
  Answer get(const std::string& path) { return ask(get_request(path, headers_)); }
  Answer erase(const std::string& path) {
    return ask("DELETE " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers_ + "\r\n");
  }
  bool send_only(const std::string& members) {
    return raw_.send(post_request(R"({"model":"haiku",)" + members + "}", ""));
  }
  void leave() { raw_.close(); }

 private:
  std::string post_request(const std::string& body, const std::string& headers) const {
    return "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
           headers_ + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  RawClient raw_;
  std::string headers_;
};

}  // namespace claif::testing
