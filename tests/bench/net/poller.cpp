#include "net/poller.hpp"

#include "net/clock.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace claif::bench {

Poller::Poller() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!fd_.valid()) {
    throw std::system_error(errno, std::generic_category(), "cannot create an epoll instance");
  }
}

std::span<const epoll_event> Poller::wait(std::optional<std::int64_t> timeout_ns) {
  const int capacity = static_cast<int>(events_.size());
  int count = 0;
  if (timeout_ns) {
    const timespec timeout = to_timespec(std::max<std::int64_t>(0, *timeout_ns));
    count = ::epoll_pwait2(fd_.get(), events_.data(), capacity, &timeout, nullptr);
  } else {
    // valgrind does not know epoll_pwait2, and a gateway without timers has no need of it.
    count = ::epoll_wait(fd_.get(), events_.data(), capacity, -1);
  }
  if (count < 0 && errno != EINTR) {
    throw std::system_error(errno, std::generic_category(), "cannot wait for events");
  }
  return std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
}

void Poller::control(int operation, int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (::epoll_ctl(fd_.get(), operation, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

}  // namespace claif::bench
