// Observer plugins: a class with `void on_events(Events)` and `static constexpr uint64_t
// kInterest`.
#pragma once

#include <claif/abi/observer.h>
#include <claif/sdk/text.hpp>

#include <concepts>
#include <span>
#include <string_view>

namespace claif::sdk {

constexpr uint64_t interest(auto... kinds) {
  return ((uint64_t{1} << static_cast<unsigned>(kinds)) | ...);
}

// One event, valid for the call of on_events.
class Event {
 public:
  explicit Event(const claif_event* event) noexcept : event_(event) {}
  uint32_t kind() const noexcept { return event_->kind; }
  uint64_t mono_ns() const noexcept { return event_->mono_ns; }
  uint64_t request() const noexcept { return event_->request; }
  int64_t value() const noexcept { return event_->value; }
  std::string_view session() const noexcept { return view(event_->session); }
  std::string_view name() const noexcept { return view(event_->name); }
  std::string_view body() const noexcept { return view(event_->body); }

 private:
  const claif_event* event_;
};

using Events = std::span<const claif_event* const>;  // wrap each in Event

template <class P>
concept Observer = requires(P& p, Events events) {
  p.on_events(events);
  { P::kInterest } -> std::convertible_to<uint64_t>;
};

template <class P>
struct ObserverGlue {
  static void on_events(void* self, const claif_event* const* events, size_t count) noexcept {
    try {
      static_cast<P*>(self)->on_events(Events(events, count));
    } catch (...) {  // what an observer cannot see is lost, nothing else
    }
  }
};

}  // namespace claif::sdk
