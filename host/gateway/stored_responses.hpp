// The responses that the gateway keeps (translation.md Q7), for the routes that read and write
// them.
#pragma once

#include "gateway/router.hpp"
#include "session/response_store.hpp"

#include <optional>

namespace claif::gateway {

// Those of the client that sent `request`: its key tells it from others. Nothing when responses.use
// is not set.
std::optional<session::ResponseStore> stored_responses(RouteContext& route, const Request& request);

}  // namespace claif::gateway
