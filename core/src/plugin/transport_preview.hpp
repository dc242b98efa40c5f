// What a transport would send, without sending it.
#pragma once

#include "plugin/call.hpp"

#include <claif/abi/transport.h>
#include <claif/result.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claif::plugin {

struct Preview {
  std::string method, url;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Nothing when the transport does not tell. What `request` refers to must outlive the task.
Task<Result<std::optional<Preview>>> preview(CallSite transport,
                                             claif_request request,
                                             Millis deadline);

}  // namespace claif::plugin
