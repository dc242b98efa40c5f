// Cache backends: a class with get, put and erase.
#pragma once

#include <claif/abi/cache.h>
#include <claif/sdk/op.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace claif::sdk {

// A null pointer is a miss. Sharing the bytes saves the copy on a hit.
using CacheValue = std::shared_ptr<const std::string>;

template <class P>
concept CachesNow = requires(P& p, std::string_view s, std::chrono::milliseconds ttl) {
  { p.get(s) } -> std::same_as<CacheValue>;
  p.put(s, s, ttl);
  p.erase(s);
};
template <class P>
concept CachesLater = requires(P& p, std::string_view s, std::chrono::milliseconds ttl, Op op) {
  p.get(s, std::move(op));
  p.put(s, s, ttl, std::move(op));
  p.erase(s, std::move(op));
};
template <class P>
concept Cache = CachesNow<P> || CachesLater<P>;

template <class P>
struct CacheGlue {
  static void get(void* self, claif_str key, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      if constexpr (CachesNow<P>) {
        if (CacheValue value = static_cast<P*>(self)->get(view(key)))
          op.finish(blob(std::move(value)));
      } else {
        static_cast<P*>(self)->get(view(key), std::move(op));
      }
    });
  }
  static void put(
      void* self, claif_str key, claif_str value, uint64_t ttl_ms, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      const auto ttl = std::chrono::milliseconds(
          std::min<uint64_t>(ttl_ms, std::numeric_limits<int64_t>::max()));
      if constexpr (CachesNow<P>) {
        static_cast<P*>(self)->put(view(key), view(value), ttl);
      } else {
        static_cast<P*>(self)->put(view(key), view(value), ttl, std::move(op));
      }
    });
  }
  static void erase(void* self, claif_str key, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      if constexpr (CachesNow<P>) {
        static_cast<P*>(self)->erase(view(key));
      } else {
        static_cast<P*>(self)->erase(view(key), std::move(op));
      }
    });
  }
};

}  // namespace claif::sdk
