#include "cache/envelope.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <zstd.h>

namespace claif::cache {
namespace {

constexpr std::string_view kMagic = "claif2";
constexpr size_t kWorthCompressing = 2048;
constexpr size_t kMostRatio = 100;            // of compression: more is an attack
constexpr int64_t kClockSkewMs = 5 * 60'000;  // between hosts that share a backend

std::string digest_of(std::string_view header, std::string_view message) {
  return hex(sha256(std::string(header).append(message)));
}

// Nothing when that is not worth it, or would be taken for an attack.
std::optional<std::string> compressed(std::string_view message) {
  std::string out(ZSTD_compressBound(message.size()), '\0');
  const size_t n = ZSTD_compress(out.data(), out.size(), message.data(), message.size(), 1);
  if (ZSTD_isError(n) != 0 || message.size() / kMostRatio > n) return std::nullopt;
  out.resize(n);
  return out;
}

std::optional<std::string> expanded(std::string_view bytes, size_t size) {
  if (size / kMostRatio > bytes.size()) return std::nullopt;
  std::string out(size, '\0');
  const size_t n = ZSTD_decompress(out.data(), size, bytes.data(), bytes.size());
  if (ZSTD_isError(n) != 0 || n != size) return std::nullopt;
  return out;
}

struct Codec {
  bool compressed, encrypted;
  std::string_view name() const {
    return encrypted ? (compressed ? "zstd+aes" : "aes") : (compressed ? "zstd" : "plain");
  }
};

// The words of the first line, one by one.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}
  std::string_view next() {
    const size_t n = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, n);
    rest_.remove_prefix(std::min(n + 1, rest_.size()));
    return word;
  }
  std::optional<int64_t> number() {
    const std::string_view word = next();
    int64_t n = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return n;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::optional<std::string> seal(const Sealing& how,
                                std::string_view key,
                                std::string_view tenant,
                                const Entry& entry) {
  if (entry.message.size() > kMaxMessageBytes) return std::nullopt;
  std::optional<std::string> coded;
  if (how.compress && entry.message.size() > kWorthCompressing) coded = compressed(entry.message);
  const Codec codec{coded.has_value(), how.secret.has_value()};
  std::string out(kMagic);
  out.append(" ").append(key).append(" ").append(hex(sha256(tenant)));
  out.append(" ").append(std::to_string(entry.created_ms));
  out.append(" ").append(std::to_string(entry.expires_ms)).append(" ").append(codec.name());
  out.append(" ").append(std::to_string(entry.message.size()));
  if (codec.encrypted && !(coded = encrypt(*how.secret, out, coded ? *coded : entry.message)))
    return std::nullopt;
  const std::string digest = digest_of(out, entry.message);
  out.append(" ").append(digest).append("\n").append(coded ? *coded : entry.message);
  return out;
}

std::optional<Entry> open(const Sealing& how,
                          std::string_view envelope,
                          std::string_view key,
                          std::string_view tenant,
                          int64_t now_ms) {
  const std::string_view line = envelope.substr(0, envelope.find('\n'));
  if (line.size() == envelope.size() || line.find(' ') == std::string_view::npos)
    return std::nullopt;
  const std::string_view header = line.substr(0, line.rfind(' '));
  Words words(line);
  if (words.next() != kMagic || words.next() != key || words.next() != hex(sha256(tenant)))
    return std::nullopt;
  const auto created = words.number(), expires = words.number();
  const std::string_view codec = words.next();
  const auto size = words.number();
  const std::string_view digest = words.next();
  if (!created || !expires || !size || *size < 0 || *created > now_ms + kClockSkewMs ||
      static_cast<size_t>(*size) > kMaxMessageBytes)
    return std::nullopt;

  std::string_view stored = envelope.substr(line.size() + 1);
  std::optional<std::string> plain;
  if (how.secret) {
    plain = decrypt(*how.secret, header, stored);
    if (!plain) return std::nullopt;
    stored = *plain;
  }
  const bool is_compressed = codec == Codec{true, how.secret.has_value()}.name();
  if (!is_compressed && codec != Codec{false, how.secret.has_value()}.name()) return std::nullopt;
  std::optional<std::string> message =
      is_compressed ? expanded(stored, static_cast<size_t>(*size)) : std::string(stored);
  if (!message || digest != digest_of(header, *message)) return std::nullopt;
  return Entry{std::move(*message), *created, *expires};
}

}  // namespace claif::cache
