#include "log_line.hpp"

#include "crc32c.hpp"

#include <claif/sdk/text.hpp>

#include <charconv>

#include <openssl/evp.h>

namespace claif::store_jsonl {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr std::string_view kPrefix = R"({"c":")";
constexpr std::string_view kMiddle = R"(","r":)";

std::string crc_hex(std::string_view bytes) {
  uint32_t crc = crc32c(bytes);
  std::string out(8, '0');
  for (size_t i = 8; i-- > 0; crc >>= 4)
    out[i] = kHex[crc & 15u];
  return out;
}

// Takes `text` off the front; false if it is not there.
bool take(std::string_view& from, std::string_view text) {
  if (!from.starts_with(text)) return false;
  from.remove_prefix(text.size());
  return true;
}

bool take_number(std::string_view& from, uint64_t& out) {
  const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), out);
  if (error != std::errc{}) return false;
  from.remove_prefix(static_cast<size_t>(end - from.data()));
  return true;
}

bool take_until_quote(std::string_view& from, std::string_view& out) {
  const size_t end = from.find('"');
  if (end == std::string_view::npos) return false;
  out = from.substr(0, end);
  from.remove_prefix(end + 1);
  return true;
}

}  // namespace

Hash hash_of(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1 ||
      size < 16)
    throw sdk::Error("SHA-256 is not available");
  Hash out;
  for (size_t i = 0; i < 16; ++i)
    out.append({kHex[digest[i] >> 4], kHex[digest[i] & 15]});
  return out;
}

std::string uuid(int64_t ts_ms, std::array<uint8_t, 16> bytes) {
  for (size_t i = 6; i-- > 0; ts_ms >>= 8)
    bytes[i] = static_cast<uint8_t>(ts_ms & 0xFF);
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0Fu) | 0x70u);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3Fu) | 0x80u);
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out.append({kHex[bytes[i] >> 4], kHex[bytes[i] & 15]});
  }
  return out;
}

std::string header_line(std::string_view session, const Header& header) {
  std::string out = R"({"claif":"session-log","v":1,"session":")";
  out.append(session).append(R"(","ts":)").append(std::to_string(header.ts_ms));
  out.append(R"(,"epoch":")").append(header.epoch);
  out.append(R"(","segment":)").append(std::to_string(header.segment));
  out.append(R"(,"first":)").append(std::to_string(header.first));
  out.append(R"(,"base":)").append(std::to_string(header.base));
  return out.append(R"(,"prev":")").append(header.prev).append("\"}\n");
}

std::optional<Header> read_header(std::string_view line, std::string_view session) {
  std::string_view id, epoch, prev;
  Header out;
  uint64_t ts = 0;
  if (!take(line, R"({"claif":"session-log","v":1,"session":")") || !take_until_quote(line, id) ||
      id != session || !take(line, R"(,"ts":)") || !take_number(line, ts))
    return std::nullopt;
  out.ts_ms = static_cast<int64_t>(ts);
  if (line == "}") return out;  // of the first version
  if (!take(line, R"(,"epoch":")") || !take_until_quote(line, epoch) ||
      !take(line, R"(,"segment":)") || !take_number(line, out.segment) ||
      !take(line, R"(,"first":)") || !take_number(line, out.first) || !take(line, R"(,"base":)") ||
      !take_number(line, out.base) || !take(line, R"(,"prev":")") ||
      !take_until_quote(line, prev) || line != "}")
    return std::nullopt;
  out.epoch = epoch;
  out.prev = prev;
  return out;
}

std::string record_line(uint64_t seq,
                        std::string_view id,
                        int64_t ts_ms,
                        std::string_view prev,
                        std::string_view record) {
  std::string body = R"({"seq":)" + std::to_string(seq);
  body.append(R"(,"id":")").append(id).append(R"(","ts":)").append(std::to_string(ts_ms));
  body.append(R"(,"prev":")").append(prev).append(R"(","msgs":)").append(record).append("}");
  std::string line(kPrefix);
  return line.append(crc_hex(body)).append(kMiddle).append(body).append("}\n");
}

std::optional<LogRecord> read_record(std::string_view line) {
  std::string_view crc;
  if (!take(line, kPrefix) || !take_until_quote(line, crc)) return std::nullopt;
  if (!take(line, kMiddle.substr(1)) || !line.ends_with('}')) return std::nullopt;
  LogRecord out;
  out.body = line.substr(0, line.size() - 1);
  if (crc != crc_hex(out.body)) return std::nullopt;

  std::string_view rest = out.body;
  uint64_t ts = 0;
  if (!take(rest, R"({"seq":)") || !take_number(rest, out.seq) || !take(rest, R"(,"id":")") ||
      !take_until_quote(rest, out.id) || !take(rest, R"(,"ts":)") || !take_number(rest, ts) ||
      !take(rest, R"(,"prev":")") || !take_until_quote(rest, out.prev) ||
      !take(rest, R"(,"msgs":)") || !rest.ends_with('}'))
    return std::nullopt;
  out.ts_ms = static_cast<int64_t>(ts);
  out.record = rest.substr(0, rest.size() - 1);
  return out;
}

}  // namespace claif::store_jsonl
