// The responses that a gateway keeps for previous_response_id and for those who ask for them again
// (translation.md Q7): each is a session of its own, with one record. A response belongs to whoever
// made it; for everybody else it is not there.
#pragma once

#include "plugin/store_proxy.hpp"
#include "session/response_record.hpp"

#include <claif/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claif::session {

// A response and those that it follows, the oldest first.
struct ResponseChain {
  std::vector<ResponseRecord> responses;
  std::string missing;  // the id of one that is not there: what came before it is unknown, too
};

// One for each request; loop thread only. It must outlive its tasks.
class ResponseStore {
 public:
  // `owner` tells clients apart, such as the key that they send. Only marks of it are kept.
  ResponseStore(plugin::CallSite site, Millis timeout, std::string owner);

  // Durable once it ends well. `id` must be new.
  Task<Result<void>> keep(std::string id, ResponseRecord response);
  // not_found: there is none of that id that is the owner's.
  Task<Result<ResponseRecord>> find(std::string id);
  // too_large: they have more than `most` bytes together.
  Task<Result<ResponseChain>> chain(std::string id, size_t most);
  // not_found: as find.
  Task<Result<void>> erase(std::string id);

 private:
  // The owner as the record of `id` names it: equal keys do not show, and no key can be read.
  std::string mark(std::string_view id) const;

  plugin::CallSite site_;
  Millis timeout_;
  std::string owner_;
};

}  // namespace claif::session
