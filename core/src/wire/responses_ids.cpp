#include "wire/responses_ids.hpp"

#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace claif::wire {
namespace {

constexpr std::string_view kPrefix = "resp_";
constexpr std::string_view kDigits = "0123456789abcdef";
constexpr size_t kRandomBytes = 16;

}  // namespace

std::string new_response_id() {
  std::array<uint8_t, kRandomBytes> bytes;
  random_bytes(bytes.data(), bytes.size());
  std::string out(kPrefix);
  for (const uint8_t b : bytes)
    (out += kDigits[b >> 4]) += kDigits[b & 15];
  return out;
}

bool is_response_id(std::string_view text) {
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  return text.size() == 2 * kRandomBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return kDigits.find(c) != std::string_view::npos;
         });
}

ResponseIds::ResponseIds(std::string_view response_id)
    : base_(response_id.substr(response_id.starts_with(kPrefix) ? kPrefix.size() : 0)) {}

std::string ResponseIds::output(std::string_view prefix, size_t index) const {
  return std::string(prefix) + "_" + base_ + "_" + std::to_string(index);
}

std::string ResponseIds::input(std::string_view prefix, size_t index) const {
  return std::string(prefix) + "_" + base_ + "_in" + std::to_string(index);
}

}  // namespace claif::wire
