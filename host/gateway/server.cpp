#include "gateway/server.hpp"

#include <algorithm>
#include <atomic>
#include <list>

#include <boost/asio/ip/tcp.hpp>

namespace claif::gateway {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

// The listening socket of one loop, and its connections. That loop's thread only.
struct Server::Listener {
  Listener(Server& server, Engine::Worker& worker)
      : loop(worker.loop),
        config(server.engine_.config().gateway),
        router({server.engine_, *worker.pipeline, server.draining_}),
        handler([this](Exchange& exchange) { return router.dispatch(exchange); }),
        acceptor(worker.loop.io()) {}

  void accept() {
    acceptor.async_accept(
        loop.io(), [this](const boost::system::error_code& error, tcp::socket socket) {
          if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
          if (!error) take(std::move(socket));
          if (error)
            loop.after(Millis(50), [this] { accept(); });  // out of descriptors: wait, do not spin
          else
            accept();
        });
  }
  void take(tcp::socket socket) {
    std::erase_if(connections, [](const auto& weak) { return weak.expired(); });
    if (connections.size() >= config.max_connections) return;  // closed at once
    auto connection = std::make_shared<Connection>(std::move(socket), loop, config, handler);
    connections.push_back(connection);
    connection->start();
  }
  void drain() {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    for (const auto& weak : connections)
      if (const auto connection = weak.lock()) connection->shut_down();
  }
  // Ends every connection now; their requests are cancelled.
  void hang_up() {
    for (const auto& weak : connections)
      if (const auto connection = weak.lock()) connection->close();
  }
  bool idle() {
    std::erase_if(connections, [](const auto& weak) { return weak.expired(); });
    return connections.empty();
  }

  net::IoLoop& loop;
  const GatewayConfig& config;
  Router router;
  Handler handler;
  tcp::acceptor acceptor;
  std::list<std::weak_ptr<Connection>> connections;
};

Server::Server(Engine& engine) : engine_(engine) {
  for (size_t i = 0; i < engine_.size(); ++i)
    listeners_.push_back(std::make_unique<Listener>(*this, engine_.worker(i)));
}
Server::~Server() = default;

namespace {

Result<asio::ip::address> check_address(const GatewayConfig& config) {
  boost::system::error_code error;
  auto address =
      asio::ip::make_address(config.host == "localhost" ? "127.0.0.1" : config.host, error);
  if (error)
    return fail(Errc::configuration,
                "gateway.host '" + config.host + "' is not a numeric address, such as 127.0.0.1");
  if (address.is_loopback()) return address;
  if (config.auth_token.empty())
    return fail(
        Errc::configuration,
        "gateway.host " + config.host +
            " is reachable from other machines: set gateway.auth_token, or serve on 127.0.0.1");
  if (!config.insecure_http)
    return fail(Errc::configuration,
                "gateway.host " + config.host +
                    " would send keys unencrypted: put a TLS proxy in front of it and set "
                    "gateway.insecure_http, or serve on 127.0.0.1");
  return address;
}

// What cancelled requests have to end in; one that does not is left behind.
constexpr Millis kCancelled(2'000);

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

}  // namespace

Result<uint16_t> Server::listen() {
  const GatewayConfig& config = engine_.config().gateway;
  CLAIF_TRY(const asio::ip::address address, check_address(config));
  tcp::endpoint endpoint(address, config.port);
  for (auto& listener : listeners_) {
    boost::system::error_code error;
    tcp::acceptor& acceptor = listener->acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && listeners_.size() > 1) acceptor.set_option(ReusePort(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return fail(Errc::configuration, "cannot listen on " + config.host + " port " +
                                           std::to_string(endpoint.port()) + ": " +
                                           error.message() + "; choose another with --port");
    endpoint.port(
        acceptor.local_endpoint().port());  // all loops share the port that the first one got
    listener->accept();
  }
  return endpoint.port();
}

void Server::shut_down() {
  if (draining_.exchange(true)) {
    at_once_ = true;
    return;
  }
  const auto left = std::make_shared<std::atomic<size_t>>(listeners_.size());
  const Nanos until = engine_.clock().now() + Millis(engine_.config().gateway.shutdown_ms);
  struct Look {
    Server* server;
    Listener* listener;
    std::shared_ptr<std::atomic<size_t>> left;
    Nanos until;
    bool hung_up = false;
    void operator()() {
      const Nanos now = server->engine_.clock().now();
      if (!hung_up && (server->at_once_ || now >= until)) {
        hung_up = true;
        until = now + kCancelled;
        listener->hang_up();
      }
      if (listener->idle() || (hung_up && now >= until)) {
        if (left->fetch_sub(1) == 1) server->engine_.stop();
        return;
      }
      listener->loop.after(Millis(5), *this);
    }
  };
  for (auto& owned : listeners_)
    owned->loop.post([this, listener = owned.get(), left, until] {
      listener->drain();
      Look{this, listener, left, until}();
    });
}

}  // namespace claif::gateway
