#include "wire/reasoning_carrier.hpp"

#include "base/json.hpp"

#include <openssl/evp.h>

namespace claif::wire {
namespace {

const unsigned char* bytes(const std::string& s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes(std::string& s) {
  return reinterpret_cast<unsigned char*>(s.data());
}

std::string to_base64(const std::string& plain) {
  std::string out(4 * ((plain.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends with a zero
  const int n = EVP_EncodeBlock(bytes(out), bytes(plain), static_cast<int>(plain.size()));
  out.resize(static_cast<size_t>(n));
  return out;
}

std::optional<std::string> from_base64(const std::string& text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int n = EVP_DecodeBlock(bytes(out), bytes(text), static_cast<int>(text.size()));
  const int padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  if (n < padding) return std::nullopt;
  out.resize(static_cast<size_t>(n - padding));  // EVP_DecodeBlock counts it as zero bytes
  return out;
}

}  // namespace

std::string seal_reasoning(std::string_view block_json) {
  return to_base64(R"({"v":1,"blocks":[)" + std::string(block_json) + "]}");
}

std::optional<std::string> open_reasoning(std::string_view sealed) {
  auto plain = from_base64(std::string(sealed));
  if (!plain) return std::nullopt;
  const auto doc = json::parse(std::move(*plain));
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
