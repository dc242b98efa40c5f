// Views, blobs and errors of the ABI as C++ values.
#pragma once

#include <claif/abi/base.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace claif::sdk {

inline std::string_view view(claif_str s) noexcept {
  return {s.size ? s.data : "", s.size};
}
inline claif_str str(std::string_view s) noexcept {
  return {s.data(), s.size()};
}

// The error of a plugin call. Thrown inside a plugin it becomes the claif_error of that call; it
// never crosses the boundary as an exception.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text,
                 claif_status code = CLAIF_E_INTERNAL,
                 uint32_t retry_after_ms = 0)
      : std::runtime_error(text), code_(code), retry_after_ms_(retry_after_ms) {}
  claif_status code() const noexcept { return code_; }
  uint32_t retry_after_ms() const noexcept { return retry_after_ms_; }

 private:
  claif_status code_;
  uint32_t retry_after_ms_;
};

// The longest prefix of `text` of at most `limit` bytes that does not cut a UTF-8 sequence.
inline size_t utf8_prefix(std::string_view text, size_t limit) noexcept {
  size_t n = std::min(text.size(), limit);
  while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0u) == 0x80u)
    --n;
  return n;
}

inline void fill(claif_error* out,
                 claif_status code,
                 std::string_view text,
                 uint32_t retry_after_ms = 0) noexcept {
  if (out == nullptr || !CLAIF_HAS(out, text)) return;
  out->code = code;
  out->retry_after_ms = retry_after_ms;
  out->length = static_cast<uint32_t>(utf8_prefix(text, sizeof out->text));
  if (out->length != 0) std::memcpy(out->text, text.data(), out->length);
}

// Call inside a catch block: writes the current exception to `out` and returns its status.
inline claif_status fill_from_current_exception(claif_error* out) noexcept {
  try {
    throw;
  } catch (const Error& e) {
    fill(out, e.code(), e.what(), e.retry_after_ms());
    return e.code() < 0 ? e.code() : CLAIF_E_INTERNAL;
  } catch (const std::exception& e) {
    fill(out, CLAIF_E_INTERNAL, e.what());
  } catch (...) {
    fill(out, CLAIF_E_INTERNAL, "an exception of unknown type");
  }
  return CLAIF_E_INTERNAL;
}

inline claif_error make_error(claif_status code,
                              std::string_view text,
                              uint32_t retry_after_ms = 0) noexcept {
  claif_error e{};
  e.size = sizeof e;
  fill(&e, code, text, retry_after_ms);
  return e;
}

// Bytes on their way to the host. Owns them until released to the ABI.
inline claif_blob blob(std::string bytes) {
  auto owner = std::make_unique<std::string>(std::move(bytes));
  claif_blob b{owner->data(), owner->size(), owner.get(),
               [](void* o) noexcept { delete static_cast<std::string*>(o); }};
  owner.release();
  return b;
}

// The same without a copy, for bytes that are shared with a container.
inline claif_blob blob(std::shared_ptr<const std::string> bytes) {
  auto owner = std::make_unique<std::shared_ptr<const std::string>>(std::move(bytes));
  claif_blob b{(*owner)->data(), (*owner)->size(), owner.get(), [](void* o) noexcept {
                 delete static_cast<std::shared_ptr<const std::string>*>(o);
               }};
  owner.release();
  return b;
}

}  // namespace claif::sdk
