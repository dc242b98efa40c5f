#include "wire/media.hpp"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

namespace claif::wire {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string lowered(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

constexpr std::array<bool, 256> make_alphabet() {
  std::array<bool, 256> out{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    out[static_cast<unsigned char>(c)] = true;
  return out;
}
constexpr std::array<bool, 256> kAlphabet = make_alphabet();

}  // namespace

bool starts_with_any_case(std::string_view s, std::string_view prefix) {
  return s.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), s.begin(),
                    [](char wanted, char c) { return wanted == lower(c); });
}

std::optional<DataUri> parse_data_uri(std::string_view uri) {
  if (!starts_with_any_case(uri, "data:")) return std::nullopt;
  uri.remove_prefix(5);
  const size_t comma = uri.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string head = lowered(uri.substr(0, comma));
  DataUri out;
  out.media_type = head.substr(0, head.find(';'));
  if (out.media_type.empty()) out.media_type = "text/plain";
  out.base64 = head.ends_with(";base64");
  out.data = uri.substr(comma + 1);
  return out;
}

bool is_base64(std::string_view s) {
  if (s.empty() || s.size() % 4 != 0) return false;
  if (s.ends_with('=')) s.remove_suffix(1);
  if (s.ends_with('=')) s.remove_suffix(1);
  return std::all_of(s.begin(), s.end(),
                     [](char c) { return kAlphabet[static_cast<unsigned char>(c)]; });
}

bool has_space(std::string_view s) {
  return s.find_first_of(kSpace) != std::string_view::npos;
}

std::string without_space(std::string_view s) {
  std::string out(s);
  std::erase_if(out, [](char c) { return kSpace.find(c) != std::string_view::npos; });
  return out;
}

std::string decode_base64(std::string_view s) {
  if (s.empty()) return {};
  std::string out(s.size() / 4 * 3, '\0');
  const int n =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(s.data()), static_cast<int>(s.size()));
  const auto padding = static_cast<size_t>(std::count(s.end() - 2, s.end(), '='));
  out.resize(n < 0 ? 0 : static_cast<size_t>(n) - padding);
  return out;
}

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(n));
  return out;
}

std::string_view sniff_image(std::string_view base64) {
  const std::string bytes = decode_base64(base64.substr(0, std::min<size_t>(base64.size(), 16)));
  const std::string_view head(bytes);
  if (head.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (head.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
  if (head.starts_with("GIF87a") || head.starts_with("GIF89a")) return "image/gif";
  if (head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == "WEBP")
    return "image/webp";
  return {};
}

bool is_image_type(std::string_view media_type) {
  return media_type == "image/jpeg" || media_type == "image/jpg" || media_type == "image/png" ||
         media_type == "image/gif" || media_type == "image/webp";
}

}  // namespace claif::wire
