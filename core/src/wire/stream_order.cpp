#include "wire/stream_order.hpp"

namespace claif::wire {
namespace {

tl::unexpected<Error> protocol_error(std::string message) {
  Error error;
  error.code = Errc::upstream;
  error.message = std::move(message);
  error.reason = "upstream_protocol_error";
  return fail(std::move(error));
}

}  // namespace

Result<bool> StreamOrder::admit(const Event& event) {
  if (const auto* start = std::get_if<MessageStart>(&event.body)) {
    if (started_ && start->id != id_)
      return protocol_error("the upstream began a second message in one stream");
    if (started_) return false;
    started_ = true;
    id_ = start->id;
    return true;
  }
  if (!started_ && std::holds_alternative<Other>(event.body)) return false;
  if (!started_) return protocol_error("the upstream's stream does not begin with message_start");
  if (const auto* change = std::get_if<MessageDelta>(&event.body))
    may_end_ |= !change->stop_reason.empty();
  return true;
}

}  // namespace claif::wire
