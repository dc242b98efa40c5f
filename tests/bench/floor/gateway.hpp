// The least gateway: one thread, keep-alive on both sides, no limits, no time-outs, no plugins.
#pragma once

#include "floor/translate.hpp"
#include "net/http_message.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace claif::bench {

class FloorGateway {
 public:
  FloorGateway(Listener listener, std::uint16_t upstream_port);

  // Serves until the process ends.
  [[noreturn]] void run();

 private:
  struct Connection {
    Fd fd;
    bool upstream = false;
    bool dead = false;
    bool wants_write = false;
    Connection* peer = nullptr;  // the other side while a request is on its way
    std::string out;
    std::size_t sent = 0;
    RequestReader request;    // of a client
    ResponseReader response;  // of an upstream
    bool stream_started = false;
    StreamState stream;
  };

  void accept_all();
  Connection* add(Fd fd, bool upstream);
  Connection* idle_upstream();
  void on_event(const epoll_event& event);
  void receive(Connection& connection);
  void serve_client(Connection& client);
  void forward(Connection& client);
  void on_response(Connection& upstream);
  void finish(Connection& upstream);
  void reply_error(Connection& client, int status, const std::string& message);
  void flush(Connection& connection);
  void drop(Connection& connection);

  Listener listener_;
  std::uint16_t upstream_port_;
  std::string upstream_head_;
  Poller poller_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_upstreams_;
  std::vector<Connection*> dropped_;  // deleted after the events of this turn
};

}  // namespace claif::bench
