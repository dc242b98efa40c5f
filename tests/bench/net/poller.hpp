// epoll with a 64-bit tag for each descriptor.
#pragma once

#include "net/socket.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/epoll.h>

namespace claif::bench {

class Poller {
 public:
  Poller();

  void add(int fd, std::uint32_t events, std::uint64_t tag) {
    control(EPOLL_CTL_ADD, fd, events, tag);
  }
  void change(int fd, std::uint32_t events, std::uint64_t tag) {
    control(EPOLL_CTL_MOD, fd, events, tag);
  }

  // Waits for events, for ever without a timeout. The result is valid until the next call.
  std::span<const epoll_event> wait(std::optional<std::int64_t> timeout_ns);

 private:
  void control(int operation, int fd, std::uint32_t events, std::uint64_t tag);

  Fd fd_;
  std::array<epoll_event, 256> events_{};
};

inline constexpr std::uint32_t kReadable = EPOLLIN;
inline constexpr std::uint32_t kWritable = EPOLLOUT;
inline constexpr std::uint32_t kBroken = EPOLLERR | EPOLLHUP;

}  // namespace claif::bench
