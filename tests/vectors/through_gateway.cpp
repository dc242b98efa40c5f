#include "vectors/through_gateway.hpp"

#include "gateway/raw_client.hpp"
#include "support/chat_compare.hpp"
#include "support/chat_frames.hpp"
#include "support/chunk_grammar.hpp"
#include "support/response_events.hpp"
#include "support/upstream_sse.hpp"
#include "support/vector_compare.hpp"
#include "vectors/client_request.hpp"

#include <algorithm>
#include <csignal>
#include <vector>

namespace claif::test {

using testing::Answer;
using testing::ClaifProgram;
using testing::FakeAnthropic;
using testing::Process;
using testing::RawClient;

struct ThroughGateway::Exchange {
  std::string problem;       // why there is no answer; empty: there is
  Answer answer;             // the client's
  std::optional<Call> sent;  // the upstream's, if it was asked
};

namespace {

constexpr int64_t kMaxPlainTokens = 21'333;  // U3: longer requests stream upstream

std::string header(const std::string& head, const std::string& name) {
  const size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

// The settings that a vector's options become.
std::vector<std::string> settings(const json::Value& vector) {
  std::vector<std::string> out;
  if (has_option(vector, "strict")) out.insert(out.end(), {"--set", "strict=true"});
  if (const json::Value* aliases = json::find(member(vector, "options"), "model_aliases"))
    out.insert(out.end(), {"--set", "model_aliases=" + json::dump(*aliases)});
  return out;
}

std::string status_difference(const Answer& answer, const json::Value& wanted) {
  if (answer.status != json::integer_or(wanted, "status"))
    return "status is " + std::to_string(answer.status) + ": " + answer.body;
  return error_difference(member(wanted, "error"), answer.body);
}

std::string warning_difference(const json::Value& wanted, const std::string& actual) {
  std::string joined;
  if (wanted.IsArray())
    for (const auto& code : wanted.GetArray())
      (joined += joined.empty() ? "" : ",") += json::text(code);
  return joined == actual ? "" : "x-claif-warnings is '" + actual + "', wanted '" + joined + "'";
}

// What reached the upstream.
std::string upstream_difference(const json::Value& vector, const FakeAnthropic::Call& sent) {
  if (!sent.head.starts_with("POST /v1/messages HTTP/1.1\r\n"))
    return "the upstream got " + sent.head;
  const auto body = parsed(sent.body);
  auto wanted = parsed(json::dump(member(vector, "expect_anthropic_request")));
  if (body.HasParseError()) return "the upstream got no JSON";
  if (wanted.IsObject() && !wanted.HasMember("stream") &&
      json::integer_or(wanted, "max_tokens") > kMaxPlainTokens)
    wanted.AddMember("stream", true, wanted.GetAllocator());
  if (auto differs = body_difference(wanted, body); !differs.empty()) return differs;
  const json::Value& headers = member(vector, "expect_anthropic_headers");
  for (const char* const name : {"anthropic-version", "anthropic-beta"})
    if (header(sent.head, name) != json::string_or(headers, name))
      return std::string(name) + " is '" + header(sent.head, name) + "'";
  return {};
}

std::string chat_stream_difference(const json::Value& vector, const std::string& sse) {
  if (auto wrong = violation(sse, {.include_usage = has_option(vector, "include_usage")});
      !wrong.empty())
    return wrong;
  const ChatFrames frames = read_frames(sse);
  if (!frames.fault.empty()) return frames.fault;
  if (auto differs = chunks_difference(member(vector, "expect_openai_chunks"), frames.chunks,
                                       ChunkOrder::calls_last);
      !differs.empty())
    return differs;
  return frames.done == member(vector, "expect_done").IsTrue() ? "" : "[DONE] differs";
}

std::string responses_stream_difference(const json::Value& vector, const std::string& sse) {
  const ResponseEvents read = read_response_events(sse, "");
  if (!read.fault.empty()) return read.fault;
  return events_difference(member(vector, "expect_openai_events"), read.events);
}

std::string stream_difference(const json::Value& vector, const Answer& answer) {
  if (const json::Value* wanted = json::find(vector, "expect_http_error"))
    return status_difference(answer, *wanted);
  if (answer.status != 200)
    return "status is " + std::to_string(answer.status) + ": " + answer.body;
  return is_responses(vector) ? responses_stream_difference(vector, answer.body)
                              : chat_stream_difference(vector, answer.body);
}

}  // namespace

ThroughGateway::ThroughGateway() : upstream_([this](const Call& call) { serve(call); }) {
  claif_.setenv("ANTHROPIC_BASE_URL=" + upstream_.url());
  claif_.setenv("ANTHROPIC_API_KEY=key-of-the-vectors");
}

void ThroughGateway::serve(const Call& call) {
  std::string answer;
  if (call.head.starts_with("GET ")) {  // the list of models: claif's own is the one to check
    call.write(FakeAnthropic::response(404, "{}"));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    seen_ = call;
    answer = answer_;
  }
  if (answer.empty())
    answer = call.wants_stream() ? FakeAnthropic::stream_start() + FakeAnthropic::stream_end()
                                 : FakeAnthropic::response(200, FakeAnthropic::message("Hi"));
  call.write(answer);
}

ThroughGateway::Gateway* ThroughGateway::gateway_for(const json::Value& vector,
                                                     std::string& problem) {
  const std::vector<std::string> sets = settings(vector);
  std::string key;
  for (const std::string& set : sets)
    key += set + '\n';
  auto& gateway = gateways_[key];
  if (gateway != nullptr) return gateway.get();
  std::vector<std::string> args = {"serve", "--port", "0", "--set", "retries=0"};
  args.insert(args.end(), sets.begin(), sets.end());
  auto started = std::make_unique<Gateway>();
  started->process =
      std::make_unique<Process>(claif_.command(args), claif_.env(), claif_.work().string());
  const std::string says = "listening on http://127.0.0.1:";
  if (!started->process->wait_for(says) || !started->process->wait_for("\n")) {
    problem = "the gateway does not start: " + started->process->so_far().err;
    return nullptr;
  }
  const std::string& err = started->process->so_far().err;
  started->port =
      static_cast<uint16_t>(std::strtoul(err.c_str() + err.find(says) + says.size(), nullptr, 10));
  gateway = std::move(started);
  return gateway.get();
}

ThroughGateway::Exchange ThroughGateway::exchange(const json::Value& vector,
                                                  const std::string& body,
                                                  std::string answer) {
  Exchange out;
  Gateway* const gateway = gateway_for(vector, out.problem);
  if (gateway == nullptr) return out;
  {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    seen_.reset();
  }
  RawClient client(gateway->port);
  auto got = client.ask("POST " + path_of(vector) +
                        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        "Content-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
  if (got) {
    out.answer = std::move(*got);
  } else {  // perhaps it fell over; the next vector gets another one
    gateway->process->signal(SIGKILL);
    out.problem = "the client got no answer; the gateway ended with " +
                  std::to_string(gateway->process->wait().code);
    std::erase_if(gateways_, [&](const auto& entry) { return entry.second.get() == gateway; });
  }
  const std::lock_guard lock(mutex_);
  out.sent = std::move(seen_);
  return out;
}

std::string ThroughGateway::check_request(const json::Value& vector) {
  const Exchange got = exchange(vector, json::dump(member(vector, "openai_request")), "");
  if (!got.problem.empty()) return got.problem;
  if (const json::Value* wanted = json::find(vector, "expect_error"))
    return got.sent ? "the upstream was asked" : status_difference(got.answer, *wanted);
  if (!got.sent)
    return "was refused with " + std::to_string(got.answer.status) + ": " + got.answer.body;
  if (auto differs = upstream_difference(vector, *got.sent); !differs.empty()) return differs;
  if (got.answer.status != 200) return "status is " + std::to_string(got.answer.status);
  return warning_difference(member(vector, "expect_warnings"),
                            got.answer.header("x-claif-warnings"));
}

std::string ThroughGateway::check_response(const json::Value& vector) {
  const Exchange got =
      exchange(vector, client_request(vector, false),
               FakeAnthropic::response(200, json::dump(member(vector, "anthropic_response"))));
  if (!got.problem.empty()) return got.problem;
  if (got.answer.status != 200)
    return "status is " + std::to_string(got.answer.status) + ": " + got.answer.body;
  const json::Value& wanted = member(vector, "expect_openai_response");
  const auto actual = parsed(got.answer.body);
  if (actual.HasParseError()) return "the client got no JSON";
  return is_responses(vector) ? response_difference(wanted, actual)
                              : completion_difference(wanted, actual);
}

std::string ThroughGateway::check_stream(const json::Value& vector) {
  const std::string head =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
  const Exchange got = exchange(vector, client_request(vector, true), head + upstream_body(vector));
  return got.problem.empty() ? stream_difference(vector, got.answer) : got.problem;
}

}  // namespace claif::test
