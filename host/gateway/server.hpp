// Listens, accepts, limits, and stops gracefully.
#pragma once

#include "gateway/router.hpp"

#include <claif/result.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace claif::gateway {

class Server {
 public:
  explicit Server(Engine& engine);
  ~Server();

  // Binds on every loop. configuration when the address may not be served (it is not loopback, and
  // there is no auth_token with insecure_http) or cannot be had. Call before the loops run.
  Result<uint16_t> listen();
  // No new connections; idle ones end, busy ones after their answers, at the latest after
  // gateway.shutdown_ms; then the engine stops. A second call ends the busy ones, too, and cancels
  // their requests. [any]
  void shut_down();

 private:
  struct Listener;
  Engine& engine_;
  std::atomic<bool> draining_ = false, at_once_ = false;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace claif::gateway
