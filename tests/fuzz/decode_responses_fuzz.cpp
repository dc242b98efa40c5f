// Any body of the Responses API becomes a Messages request that is JSON, or an error with a status
// of the 400s; what a store keeps of it can be gone on with.
#include "fuzz/decoded.hpp"
#include "wire/body.hpp"
#include "wire/responses_request.hpp"

#include <string>
#include <vector>

using namespace claif;
using fuzz::require;

namespace {

constexpr std::string_view kNext =
    R"({"model":"claude-opus-5-5","input":"Go on","previous_response_id":"resp_1"})";
constexpr std::string_view kAnswer =
    R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"So."}]})";

Result<wire::ResponsesRequest> decode(std::string_view body,
                                      const wire::ResponsesOptions& options) {
  const auto doc = wire::parse_request(std::string(body));
  if (!doc) return fail(doc.error());
  const auto previous = wire::previous_response_id(*doc);
  if (!previous) return fail(previous.error());
  return wire::decode_responses(*doc, options);
}

// The request as one that is kept, and another that goes on from it.
void go_on(std::string_view body) {
  wire::ResponsesOptions options;
  options.id = "resp_1";
  options.keeps = true;
  options.history.emplace();
  const auto kept = decode(body, options);
  if (!kept) return fuzz::require_refusal(kept.error());
  fuzz::require_request(kept->messages);
  if (!kept->echo.store) return require(kept->input_items.empty());
  const auto items = json::parse(kept->input_items);
  require(items && items->root().IsArray());
  std::string before;
  for (const auto& item : items->root().GetArray()) {
    require(!json::string_or(item, "id").empty());
    before += json::dump(item) + ",";
  }
  for (const std::string& head : {kept->head, std::string("another")}) {
    options.history = std::vector<wire::PastTurn>{{head, before + std::string(kAnswer)}};
    const auto next = decode(kNext, options);
    require(next.has_value());
    fuzz::require_request(next->messages);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = fuzz::text(data, size);
  go_on(body);
  const auto decoded = decode(body, {});
  if (!decoded) {
    fuzz::require_refusal(decoded.error());
    return 0;
  }
  fuzz::require_request(decoded->messages);
  const auto message = wire::Message::parse(
      R"({"type":"message","model":"claude-opus-5-5","content":[{"type":"text","text":"Hi"}],)"
      R"("stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}})");
  require(message.has_value());
  const auto response = json::parse(wire::encode_response(*message, decoded->echo, "resp_1", 1));
  require(response && response->root().IsObject());
  return 0;
}
