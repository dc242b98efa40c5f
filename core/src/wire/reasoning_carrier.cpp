#include "wire/reasoning_carrier.hpp"

#include "base/json.hpp"
#include "wire/media.hpp"

namespace claif::wire {

std::string seal_reasoning(std::string_view block_json) {
  return encode_base64(R"({"v":1,"blocks":[)" + std::string(block_json) + "]}");
}

std::optional<std::string> open_reasoning(std::string_view sealed) {
  if (!is_base64(sealed)) return std::nullopt;
  const auto doc = json::parse(decode_base64(sealed));
  if (!doc || json::integer_or(doc->root(), "v") != 1) return std::nullopt;
  const json::Value* blocks = json::find(doc->root(), "blocks");
  if (blocks == nullptr || !blocks->IsArray()) return std::nullopt;
  std::string out;
  for (const auto& block : blocks->GetArray()) {
    const std::string_view type = json::string_or(block, "type");
    if (type != "thinking" && type != "redacted_thinking") return std::nullopt;
    (out += out.empty() ? "" : ",") += json::dump(block);
  }
  return out;
}

}  // namespace claif::wire
