// The vectors through the built `claif serve`, over HTTP, with an upstream of our own.
#pragma once

#include "base/json.hpp"
#include "cli/claif_program.hpp"
#include "client/fake_anthropic.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace claif::test {

// Runs vectors one after the other. Keeps a gateway for each configuration that they ask for.
class ThroughGateway {
 public:
  ThroughGateway();

  // Each returns what does not fit, or nothing: what reached the upstream against what the vector
  // expects there, and what reached the client.
  std::string check_request(const json::Value& vector);
  std::string check_response(const json::Value& vector);
  std::string check_stream(const json::Value& vector);

 private:
  using Call = testing::FakeAnthropic::Call;
  struct Gateway {
    std::unique_ptr<testing::Process> process;
    uint16_t port = 0;
  };
  struct Exchange;

  // The gateway for the vector's options; with the reason in `problem` when it does not start.
  Gateway* gateway_for(const json::Value& vector, std::string& problem);
  // One request of a client. `answer` is what the upstream sends, as it is on the wire; empty: a
  // short message, streamed if it is asked to.
  Exchange exchange(const json::Value& vector, const std::string& body, std::string answer);
  void serve(const Call& call);

  std::mutex mutex_;
  std::string answer_;
  std::optional<Call> seen_;
  testing::FakeAnthropic upstream_;
  testing::ClaifProgram claif_;
  std::map<std::string, std::unique_ptr<Gateway>> gateways_;
};

}  // namespace claif::test
