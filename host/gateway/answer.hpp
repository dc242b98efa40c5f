// What the routes share that answer by the pipeline: headers in, headers out, the way of an answer
// to its client.
#pragma once

#include "gateway/router.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::gateway {

// What every request of the pipeline has from HTTP: its number, its tenant (of the presented key),
// x-claif-session and x-claif-cache. invalid_request names the header that is wrong.
Result<void> read_head(const Exchange& exchange, pipeline::RunContext& context);

using Warnings = std::vector<std::string>;  // W1

// The headers of an answer of the upstream: ids, x-claif-*, and what the upstream says of limits
// (E3), in the words of the dialect. `now_ms`: since 1970.
Headers answer_headers(const pipeline::RunContext& context,
                       Dialect dialect,
                       int64_t now_ms,
                       const Warnings& warnings = {});

// The answer to a request that failed with `error`, in the words of the dialect.
Response refusal(const pipeline::RunContext& context,
                 const Error& error,
                 Dialect dialect,
                 const Warnings& warnings = {});

// The answer on its way to the client. A route makes its frames or its body of what it gets.
class AnswerSink : public pipeline::EventSink {
 public:
  AnswerSink(Exchange& exchange, Loop& loop) : exchange_(exchange), loop_(loop) {}
  ~AnswerSink() override;

  void start(const pipeline::RunContext& context) final;
  Task<bool> flush() final;

  bool streaming() const { return streaming_; }
  Response& response() { return response_; }
  // The answer to a request that failed before an answer began.
  virtual Response refusal(const pipeline::RunContext& context, const Error& error) = 0;

 protected:
  virtual Headers headers() const = 0;             // of a good answer; once it has started
  virtual std::string_view heartbeat() const = 0;  // sent when nothing else was, for 15 s (S10)
  const pipeline::RunContext& context() const { return *context_; }  // once it has started
  void send(std::string_view frames);                                // of a stream
  void send_last(std::string_view frames);  // after which the connection ends
  void set_body(std::string body);          // of an answer that does not stream

 private:
  void beat();

  Exchange& exchange_;
  Loop& loop_;
  const pipeline::RunContext* context_ = nullptr;
  bool streaming_ = false, quiet_ = false;
  TimerId heartbeat_ = 0;
  Response response_;
};

// Runs the request and answers it.
Task<void> answer(RouteContext& route,
                  Exchange& exchange,
                  pipeline::RunContext& context,
                  AnswerSink& sink);

}  // namespace claif::gateway
