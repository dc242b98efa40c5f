// A frozen request as the transport gets it.
#pragma once

#include "pipeline/context.hpp"
#include "wire/locate.hpp"

#include <claif/abi/transport.h>
#include <claif/sdk/text.hpp>

#include <string>

namespace claif::pipeline {

// Anthropic's SDKs refuse plain calls that could take over ten minutes; such a request streams
// upstream and is put together here (translation.md U3).
inline constexpr int64_t kMaxPlainTokens = 21'333;

// `context` must outlive it.
class Outgoing {
 public:
  explicit Outgoing(const RunContext& context)
      : collects_(!context.native && !context.request.stream &&
                  context.request.max_tokens > kMaxPlainTokens) {
    const wire::MessagesRequest& request = context.request;
    if (collects_) streaming_body_ = wire::with_stream(request.body);
    raw_.size = sizeof raw_;
    raw_.flags = request.stream || collects_ ? uint32_t{CLAIF_REQUEST_STREAM} : 0u;
    if (context.counts_tokens) raw_.flags |= uint32_t{CLAIF_REQUEST_COUNT_TOKENS};
    raw_.model = sdk::str(request.model);
    raw_.body_json = sdk::str(collects_ ? streaming_body_ : request.body);
    raw_.anthropic_version = sdk::str(request.api_version);
    raw_.anthropic_beta = sdk::str(request.beta);
    raw_.query = sdk::str(request.query);
  }
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  // It streams, for a client to which it does not.
  bool collects() const { return collects_; }
  const claif_request& raw() const { return raw_; }

 private:
  bool collects_;
  std::string streaming_body_;
  claif_request raw_{};
};

}  // namespace claif::pipeline
