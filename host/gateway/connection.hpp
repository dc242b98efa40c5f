// One client connection: reads a request, has it answered, again. Framing errors answer and close.
#pragma once

#include "base/task.hpp"
#include "config/config.hpp"
#include "gateway/framing.hpp"
#include "gateway/http.hpp"
#include "gateway/path.hpp"
#include "net/io_loop.hpp"
#include "pipeline/context.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

namespace claif::gateway {

class Connection;

// What a route answers through. Loop thread only.
class Exchange {
 public:
  // `number`: unique in the process.
  Exchange(Connection& connection, Request& request, uint64_t number)
      : connection_(connection), request_(request), number_(number) {}
  const Request& request() const { return request_; }
  uint64_t number() const { return number_; }
  Dialect dialect() const { return dialect_of(request_); }
  // The request's body, which is empty from then on: it may be large, so it moves.
  std::string take_body() { return std::move(request_.body); }

  // The router sets what the path says; a route asks for the parameters of its own path.
  void set_parameters(PathParameters parameters) { parameters_ = std::move(parameters); }
  std::string_view parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters_)
      if (key == name) return value;
    return {};
  }

  Task<void> respond(Response response);
  // Answers with the error, in the client's dialect.
  Task<void> refuse(const Error& error);
  // Answers with that body, or with the reason why there is none.
  Task<void> respond_json(Result<std::string> body);

  // For an answer in pieces: begin once, then append to stream() and flush, then end.
  void begin_stream(int status, std::string_view content_type, const Headers& headers);
  // Ends in what is to be sent next; only for appending. Good until the next flush or end.
  std::string& stream();
  // Sends what was appended; waits while the client does not read. False: the client is gone.
  Task<bool> flush();
  // Sends at once what the socket takes, without waiting.
  void flush_now();
  Task<void> end_stream();
  // After begin_stream the answer cannot be repaired: the connection ends with it.
  void abandon_keep_alive();
  // Called when the client goes away before the answer is complete. One listener.
  void on_disconnect(std::function<void()> listener);

 private:
  void frame();  // what was appended becomes one chunk
  Connection& connection_;
  Request& request_;
  const uint64_t number_;
  PathParameters parameters_;
  bool in_chunk_ = false;
  size_t chunk_ = 0;  // where in the connection's output the chunk begins that is being filled
};

using Handler = std::function<Task<void>(Exchange&)>;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  Connection(Socket socket, net::IoLoop& loop, const GatewayConfig& config, const Handler& handler);

  // Serves until the connection ends. Keeps itself alive.
  void start();
  // Ends an idle connection now, a busy one after its answer.
  void shut_down();
  // Ends it now, and cancels what it is busy with.
  void close();

 private:
  friend class Exchange;
  enum class Wake { data, closed, timeout };

  Task<void> serve(std::shared_ptr<Connection> keep_alive);
  Task<std::optional<Request>> read_request();  // nothing: the connection ends (a refusal was sent)
  Task<bool> read_body(Request& request, const Framing& framing);
  Task<bool> read_chunks(Request& request);
  Task<bool> read_length(Request& request, uint64_t length);
  Task<bool> more_of_the_body(Dialect dialect);  // false: there is none, and why has been said
  Task<void> refuse(int status, std::string reason, Dialect dialect);
  Task<Wake> more_input(uint32_t timeout_ms);
  void read();
  void on_read(const boost::system::error_code& error, size_t n);
  Task<bool> send();  // sends out_; false: the client is gone
  bool send_now();    // sends what the socket takes; false: the client is gone
  void set_deadline(uint32_t timeout_ms);
  void watch();  // looks whether the deadline has passed

  Socket socket_;
  net::IoLoop& loop_;
  const GatewayConfig& config_;
  const Handler& handler_;
  std::string in_, out_;
  size_t sent_ = 0;  // of out_
  std::vector<char> buffer_;
  std::string body_;                        // of a known length: input goes straight into it
  size_t body_have_ = 0, body_length_ = 0;  // what has arrived of it, and how long it shall be
  bool reading_body_ = false;               // the read under way fills body_
  bool reading_ = false, closed_ = false, gone_ = false, stopping_ = false, busy_ = false;
  size_t served_ = 0;
  Nanos deadline_ = Nanos::max();  // of what the connection waits for
  Nanos next_look_{};              // when watch() runs again
  TimerId timer_ = 0;
  std::optional<Arrival<Wake>> waiting_;  // serve() waits for input
  std::optional<Arrival<bool>> writable_;
  std::function<void()> on_disconnect_;
};

}  // namespace claif::gateway
