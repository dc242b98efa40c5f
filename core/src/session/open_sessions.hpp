// The sessions that this process knows: what was read of them last, and who uses them. Bounded by
// count and by bytes; those that nobody uses and that were used longest ago are forgotten first.
#pragma once

#include "session/state.hpp"
#include "session/strand.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace claif::session {

// One session. `turns` orders requests from the reading of the history to the storing of the
// answer; `access` guards the other members, and is held only while a store works.
struct OpenSession {
  explicit OpenSession(std::string name) : id(std::move(name)) {}
  const std::string id;
  Strand turns, access;

  State state;
  uint64_t records = 0;  // that `state` is made of
  std::string epoch;
  uint64_t described = 0;  // the last description that this process gave
  std::string damage;      // what the store cannot read

  void forget() {
    state = {};
    records = described = 0;
    epoch.clear();
    damage.clear();
  }
};

// Thread-safe.
class OpenSessions {
 public:
  OpenSessions(size_t most, size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

  // Kept at least as long as what is returned.
  std::shared_ptr<OpenSession> get(std::string_view id);
  // Tells how large the session is now, and forgets others when it is too much together. Called by
  // who holds `access`.
  void resized(const OpenSession& session);
  size_t size() const;
  size_t bytes() const;

 private:
  struct Place {
    std::shared_ptr<OpenSession> session;
    size_t bytes = 0;
    std::list<std::string>::iterator use;
  };
  void trim();

  const size_t most_, most_bytes_;
  mutable std::mutex mutex_;
  std::map<std::string, Place, std::less<>> places_;
  std::list<std::string> uses_;  // the last used first
  size_t bytes_ = 0;
};

}  // namespace claif::session
