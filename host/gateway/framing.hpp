// Which HTTP/1.1 framing the gateway accepts: a second, strict opinion between Beast's parser and
// the router, so that no two parties can read one byte stream as different requests (RFC 9112
// sections 2.2, 3.2, 6; reliability.md 5.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claif::gateway {

struct FramingLimits {
  size_t request_line = 8 * 1024, header = 8 * 1024, headers = 16 * 1024, count = 100;
};

// A reason to refuse, and the status to refuse with. The connection is closed after it.
struct Refusal {
  int status = 400;
  std::string reason;
};

// What a head says about its body.
struct Framing {
  std::optional<uint64_t> length;  // Content-Length
  bool chunked = false;
  bool expects_continue = false;
  bool keep_alive = true;
  bool http_1_0 = false;
  std::string_view host;
};

// Checks a whole head: from the request line to the empty line, which it includes.
std::optional<Refusal> check_head(std::string_view head,
                                  const FramingLimits& limits,
                                  Framing& framing);

// Decodes a chunked body strictly: no extensions, at most 16 digits, CRLF only, no trailers but an
// empty one.
class ChunkDecoder {
 public:
  // Takes what it can from `input`, appends data to `out`, returns the bytes taken. On a fault,
  // refusal() is set.
  size_t feed(std::string_view input, std::string& out, size_t max_body);
  bool done() const { return state_ == State::done; }
  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  enum class State { size, data, data_end, trailer, done };
  void refuse(int status, const char* why) { refusal_ = Refusal{status, why}; }
  bool take_line(std::string_view& input, size_t& used);

  State state_ = State::size;
  uint64_t left_ = 0;
  std::string line_;
  std::optional<Refusal> refusal_;
};

}  // namespace claif::gateway
