// What the routes that put a question to Claude share: the wishes in a request's headers, the
// headers of an answer, and the way of the answer to the client.
#pragma once

#include "gateway/connection.hpp"
#include "pipeline/pipeline.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::gateway {

// What every request of the pipeline has from HTTP: its number, the tenant (of the presented key),
// x-claif-session and x-claif-cache. invalid_request names the header that is wrong.
Result<void> read_extensions(const Exchange& exchange, pipeline::RunContext& context);

// Asks the pipeline and answers the client: whole or as a stream of server-sent events, in the
// dialect of the route that derives from it. One for each request; loop thread only.
class AnswerSink : public pipeline::EventSink {
 public:
  // `warnings` must outlive it.
  AnswerSink(Exchange& exchange, Loop& loop, const std::vector<std::string>& warnings)
      : exchange_(exchange), loop_(loop), warnings_(warnings) {}
  ~AnswerSink() override;

  // Until the answer is with the client, or the client is gone, which cancels the request.
  Task<void> run(pipeline::Pipeline& pipeline, pipeline::RunContext& context);

  void start(const pipeline::RunContext& context) final;
  void write(const wire::Event& event) final;
  void message(const wire::Message& message) final { body_ = encode(message); }
  void raw(std::string_view json) final { body_ = json; }
  void fail(const Error& error) final;
  Task<bool> flush() final;

 protected:
  // The dialect. The first appends the frames of an event, the second of an error that ends the
  // stream.
  virtual void encode(const wire::Event& event, std::string& frames) = 0;
  virtual void encode(const Error& error, std::string& frames) = 0;
  virtual std::string encode(const wire::Message& message) = 0;
  virtual Error in_dialect(Error error) { return error; }
  // Sent when nothing else was for a while, so that proxies and clients keep the stream open (S10).
  virtual std::string_view heartbeat() const { return ": ping\n\n"; }
  // The answer to a request that failed before an answer began, without claif's own headers.
  virtual Response refusal(const pipeline::RunContext& context, Error error);
  // The ids of an answer, and what the upstream says of limits, in the words of the dialect (E3).
  Headers upstream_headers(const pipeline::RunContext& context) const;

  // What has to be done before the client gets what was encoded last; only after expect_settling().
  virtual Task<void> settle() { co_return; }
  void expect_settling() { settling_ = true; }
  // Only once the answer has begun.
  const pipeline::RunContext& context() const { return *context_; }
  bool streaming() const { return streaming_; }
  std::string& stream() { return exchange_.stream(); }  // only while streaming()
  void replace_body(std::string body) { body_ = std::move(body); }
  // The client is told that the answer could not be stored. Before the last frame.
  void tell_unpersisted();

 private:
  void beat();
  void append_own(Headers& out, const pipeline::RunContext& context, bool persisted) const;

  Exchange& exchange_;
  Loop& loop_;
  const std::vector<std::string>& warnings_;
  const pipeline::RunContext* context_ = nullptr;
  std::string body_;
  bool streaming_ = false, settling_ = false, persisted_ = true;
  bool quiet_ = false;  // nothing was sent since the last heartbeat
  TimerId heartbeat_ = 0;
};

}  // namespace claif::gateway
