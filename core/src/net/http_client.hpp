// HTTP requests out of the process, in the terms of the plugin ABI's http service.
#pragma once

#include <claif/abi/http.h>

#include <cstdint>
#include <functional>

namespace claif::net {

// Loop thread only. Handlers are never called from inside start.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // As claif_http_v1::start, under an `id` of the caller's; copies the request, keeps `handler` and
  // `ctx`. Calls `after_done` once on_done has returned: until then the handler's code must stay
  // loaded.
  virtual claif_status start(uint64_t id,
                             const claif_http_request& request,
                             const claif_http_handler& handler,
                             void* ctx,
                             std::function<void()> after_done,
                             claif_error* error) = 0;
  virtual void resume(uint64_t id) = 0;
  virtual void cancel(uint64_t id) = 0;
};

}  // namespace claif::net
