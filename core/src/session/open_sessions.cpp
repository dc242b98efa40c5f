#include "session/open_sessions.hpp"

#include <iterator>

namespace claif::session {

std::shared_ptr<OpenSession> OpenSessions::get(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(id); found != places_.end()) {
    uses_.splice(uses_.begin(), uses_, found->second.use);
    return found->second.session;
  }
  uses_.emplace_front(id);
  auto session = std::make_shared<OpenSession>(std::string(id));
  places_.emplace(std::string(id), Place{session, 0, uses_.begin()});
  trim();
  return session;
}

void OpenSessions::resized(const OpenSession& session) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(session.id);
  if (found == places_.end() || found->second.session.get() != &session) return;
  bytes_ -= found->second.bytes;
  found->second.bytes = session.state.bytes();
  bytes_ += found->second.bytes;
  trim();
}

void OpenSessions::trim() {
  for (auto it = uses_.end();
       (places_.size() > most_ || bytes_ > most_bytes_) && it != uses_.begin();) {
    --it;
    const auto place = places_.find(*it);
    if (place->second.session.use_count() > 1) continue;  // in use
    bytes_ -= place->second.bytes;
    places_.erase(place);
    it = uses_.erase(it);
  }
}

size_t OpenSessions::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

size_t OpenSessions::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace claif::session
