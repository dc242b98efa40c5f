// One request to the upstream and its answer.
#pragma once

#include "sse.hpp"

#include <claif/abi/http.h>
#include <claif/sdk/op.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::transport_anthropic {

// Turns the answer's pieces into emits. Used by one thread at a time; reset for the next request,
// so that its strings keep their memory.
class Answer {
 public:
  void reset(bool streams);
  void on_head(sdk::Op& op, uint32_t status, const claif_http_header* headers, size_t count);
  // OK, AGAIN, or E_CANCELLED: the rest is of no use.
  claif_status on_body(sdk::Op& op, std::string_view piece);
  // Emits what was collected; the result is how the operation ends, code OK or an error.
  claif_error on_done(sdk::Op& op, claif_status status, const claif_error* error);
  // Nothing more is emitted and the operation fails.
  void refuse(claif_status code, std::string_view text) noexcept;

 private:
  enum class Mode { none, events, message, error_body, refused };

  void read_header(std::string_view name, std::string_view value);
  void choose_mode(std::string_view content_type);
  claif_status emit_event(sdk::Op& op, std::string_view event, std::string_view data);
  claif_status on_message(sdk::Op& op, std::string_view piece);

  bool streams_ = false;
  Mode mode_ = Mode::none;
  uint32_t status_ = 0;
  uint32_t retry_after_ms_ = 0;
  std::optional<uint64_t> content_length_;
  bool encoded_ = false;
  bool stopped_ = false;    // message_stop came
  bool broke_off_ = false;  // an error event came
  bool emitted_ = false;    // the whole message went out already
  claif_error refusal_{};   // mode refused
  SseParser sse_;
  std::string head_, body_;
};

// A request in flight. `http_id` and the two wishes belong to Exchanges and its lock.
struct Exchange {
  void* owner = nullptr;
  uint64_t op_id = 0, http_id = 0;
  bool wants_cancel = false, wants_resume = false;
  Exchange* next = nullptr;
  sdk::Op op{nullptr};
  Answer answer;
  std::vector<claif_http_header> headers;
};

// The requests in flight, by operation, and the memory of ended ones. [any]
class Exchanges {
 public:
  explicit Exchanges(void* owner) : owner_(owner) {}
  ~Exchanges();
  Exchanges(const Exchanges&) = delete;
  Exchanges& operator=(const Exchanges&) = delete;

  Exchange& begin(sdk::Op op);
  // The exchange is gone afterwards.
  sdk::Op end(Exchange& exchange);

  struct Wishes {
    bool cancel = false, resume = false;
  };
  // The host named the request; the answer tells what was asked for meanwhile.
  Wishes name(uint64_t op_id, uint64_t http_id);
  // The request to cancel or resume; 0 when there is none, or none with a name yet: it is
  // remembered.
  uint64_t to_cancel(uint64_t op_id);
  uint64_t to_resume(uint64_t op_id);

 private:
  static constexpr size_t kBuckets = 1024;  // a power of two
  static constexpr size_t kSpares = 256;

  Exchange*& bucket(uint64_t op_id) { return buckets_[op_id & (kBuckets - 1)]; }
  Exchange* find(uint64_t op_id);

  void* const owner_;
  std::mutex mutex_;
  std::array<Exchange*, kBuckets> buckets_{};  // lists through Exchange::next, which own
  std::vector<std::unique_ptr<Exchange>> spares_;
};

}  // namespace claif::transport_anthropic
