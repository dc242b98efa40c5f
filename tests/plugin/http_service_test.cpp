// The http service through a real instance: CurlClient on an IoLoop, against a server on loopback.
#include "host_rig.hpp"
#include "loopback_server.hpp"
#include "net/curl_client.hpp"
#include "net/io_loop.hpp"

#include <condition_variable>
#include <future>
#include <map>
#include <thread>

namespace claif::plugin {
namespace {

using namespace std::chrono_literals;
using test::LoopbackServer;

struct Client {
  explicit Client(sdk::Host h) : host(h) { last = this; }
  sdk::Verdict decide(const sdk::ToolCall&) { return sdk::Verdict::abstain(); }
  sdk::Host host;
  static inline Client* last = nullptr;
};

// One request and what came of it. Handlers run on the loop's thread, the test waits on another.
class Exchange {
 public:
  static const claif_http_handler* handler() {
    static constexpr claif_http_handler table{sizeof table, 0, &on_head, &on_body, &on_done};
    return &table;
  }
  claif_status wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 10s, [this] { return done; })) ADD_FAILURE() << "no end";
    return status;
  }
  void wait_for_body(size_t size) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 10s, [&] { return body.size() >= size || done; }))
      ADD_FAILURE() << "no body";
  }

  uint32_t http_status = 0;
  std::map<std::string, std::string> headers;
  std::string body, error;
  claif_status status = CLAIF_PENDING;
  bool done = false, pause_once = false;
  int ends = 0;
  uint64_t id = 0;

 private:
  static Exchange& of(void* ctx) { return *static_cast<Exchange*>(ctx); }
  static void on_head(void* ctx,
                      uint32_t status,
                      const claif_http_header* headers,
                      size_t count) noexcept {
    const std::lock_guard lock(of(ctx).mutex_);
    of(ctx).http_status = status;
    for (size_t i = 0; i < count; ++i)
      of(ctx).headers.emplace(sdk::view(headers[i].name), sdk::view(headers[i].value));
  }
  static claif_status on_body(void* ctx, claif_str piece) noexcept {
    Exchange& self = of(ctx);
    const std::lock_guard lock(self.mutex_);
    self.body += sdk::view(piece);
    self.changed_.notify_all();
    return std::exchange(self.pause_once, false) ? CLAIF_AGAIN : CLAIF_OK;
  }
  static void on_done(void* ctx, claif_status status, const claif_error* error) noexcept {
    Exchange& self = of(ctx);
    const std::lock_guard lock(self.mutex_);
    self.status = status;
    if (error != nullptr) self.error.assign(error->text, error->length);
    self.done = true;
    ++self.ends;
    self.changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

class HttpService : public testing::Test {
 protected:
  HttpService() {
    rig_.services.loops = {{&loop_, [this]() -> net::HttpClient& { return loop_.http(); }}};
    instance_ = test::instance_of<Client>(rig_);
    http_ = Client::last->host.service<claif_http_v1>(CLAIF_HTTP_ID);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~HttpService() override {
    loop_.stop();
    thread_.join();
    EXPECT_EQ(instance_->in_flight(), 0u) << "a request still holds the instance";
  }

  claif_http_request request(std::string_view method, const std::string& url) {
    claif_http_request out{};
    out.size = sizeof out;
    out.method = sdk::str(method);
    out.url = sdk::str(url);
    return out;
  }
  claif_status start(Exchange& exchange, const claif_http_request& request) {
    error_ = sdk::make_error(CLAIF_OK, {});
    return http_->start(host(), &request, Exchange::handler(), &exchange, &exchange.id, &error_);
  }
  // Starts it on the loop's thread, as transports mostly do, where refusals come at once.
  claif_status start_on_loop(Exchange& exchange, const claif_http_request& request) {
    std::promise<claif_status> out;
    loop_.post([&] { out.set_value(start(exchange, request)); });
    return out.get_future().get();
  }
  claif_status fetch(Exchange& exchange, const claif_http_request& request) {
    if (const claif_status status = start(exchange, request); status != CLAIF_OK) return status;
    return exchange.wait();
  }
  static const claif_host* host() { return Client::last->host.raw(); }

  SystemClock clock_;
  net::IoLoop loop_{clock_};
  test::HostRig rig_;
  std::unique_ptr<Instance> instance_;
  const claif_http_v1* http_ = nullptr;
  std::thread thread_;
  claif_error error_{};
};

TEST_F(HttpService, GetsAndPostsWithHeaders) {
  LoopbackServer server([](const std::string& request, auto& reply) {
    const size_t end = request.find("\r\n\r\n");
    reply.send("HTTP/1.1 201 Created\r\nX-Echo: Yes\r\nContent-Length: " +
               std::to_string(request.size()) + "\r\n\r\n" + request);
    return end != std::string::npos;
  });
  const std::string url = server.url("/v1/x?y=1");
  const claif_http_header header{sdk::str("x-key"), sdk::str("value")};
  claif_http_request post = request("POST", url);
  post.headers = &header;
  post.header_count = 1;
  post.body = sdk::str("hello");
  Exchange posted;
  ASSERT_EQ(fetch(posted, post), CLAIF_OK) << posted.error;
  EXPECT_EQ(posted.http_status, 201u);
  EXPECT_EQ(posted.headers["x-echo"], "Yes");
  EXPECT_TRUE(posted.body.starts_with("POST /v1/x?y=1 HTTP/1.1\r\n")) << posted.body;
  EXPECT_NE(posted.body.find("x-key: value\r\n"), std::string::npos);
  EXPECT_TRUE(posted.body.ends_with("\r\n\r\nhello"));

  Exchange got;
  ASSERT_EQ(fetch(got, request("GET", url)), CLAIF_OK) << got.error;
  EXPECT_TRUE(got.body.starts_with("GET /v1/x?y=1 HTTP/1.1\r\n")) << got.body;
  EXPECT_EQ(got.body.find("x-key"), std::string::npos) << "headers of another request";
  EXPECT_TRUE(got.body.ends_with("\r\n\r\n")) << "the body of another request";
}

TEST_F(HttpService, ReadsChunkedAnswers) {
  LoopbackServer server([](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    reply.send("4\r\ndefg\r\n0\r\n\r\n");
    return true;
  });
  Exchange exchange;
  ASSERT_EQ(fetch(exchange, request("GET", server.url())), CLAIF_OK) << exchange.error;
  EXPECT_EQ(exchange.body, "abcdefg");
}

TEST_F(HttpService, ReusesOneConnection) {
  LoopbackServer server([](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    return true;
  });
  for (int i = 0; i < 50; ++i) {
    Exchange exchange;
    ASSERT_EQ(fetch(exchange, request(i % 2 == 0 ? "GET" : "POST", server.url())), CLAIF_OK);
    ASSERT_EQ(exchange.body, "ok");
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpService, APausedRequestHoldsTheServerBackUntilResume) {
  const size_t size = 32u * 1024 * 1024;
  LoopbackServer server([size](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    for (size_t sent = 0; sent < size; sent += 1024 * 1024)
      reply.send(std::string(1024 * 1024, 'x'));
    return true;
  });
  Exchange exchange;
  exchange.pause_once = true;
  ASSERT_EQ(start(exchange, request("GET", server.url())), CLAIF_OK);
  exchange.wait_for_body(1);
  // The loop turns many times; nothing more may come.
  for (int i = 0; i < 100; ++i) {
    std::promise<void> turned;
    loop_.post([&] { turned.set_value(); });
    turned.get_future().wait();
  }
  EXPECT_LE(exchange.body.size(), 64u * 1024);
  EXPECT_LT(server.sent(), size) << "the server is not held back";
  http_->resume(host(), exchange.id);
  EXPECT_EQ(exchange.wait(), CLAIF_OK) << exchange.error;
  EXPECT_EQ(exchange.body.size(), size);
}

TEST_F(HttpService, ACancelBeforeTheStartEndsItOnce) {
  LoopbackServer server([](const std::string&, auto&) { return true; });
  Exchange exchange;
  std::promise<void> turned;
  loop_.post([&] {
    EXPECT_EQ(start(exchange, request("GET", server.url())), CLAIF_OK);
    http_->cancel(host(), exchange.id);
    EXPECT_FALSE(exchange.done) << "handlers are not called from inside";
    turned.set_value();
  });
  turned.get_future().wait();
  EXPECT_EQ(exchange.wait(), CLAIF_E_CANCELLED);
  EXPECT_EQ(server.accepted(), 0);
  http_->cancel(host(), exchange.id);
  EXPECT_EQ(exchange.ends, 1);
}

TEST_F(HttpService, ACancelInTheMiddleEndsItOnce) {
  LoopbackServer server([](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    return reply.wait_for_close();
  });
  Exchange exchange;
  ASSERT_EQ(start(exchange, request("GET", server.url())), CLAIF_OK);
  exchange.wait_for_body(4);
  http_->cancel(host(), exchange.id);
  http_->cancel(host(), exchange.id);
  EXPECT_EQ(exchange.wait(), CLAIF_E_CANCELLED);
  EXPECT_EQ(exchange.ends, 1);
}

TEST_F(HttpService, ARefusedConnectionIsUnavailable) {
  std::string url;
  {
    LoopbackServer server([](const std::string&, auto&) { return true; });
    url = server.url();
  }
  Exchange exchange;
  EXPECT_EQ(fetch(exchange, request("GET", url)), CLAIF_E_UNAVAILABLE);
  EXPECT_NE(exchange.error.find(url), std::string::npos) << exchange.error;
}

TEST_F(HttpService, NoFirstByteInTimeIsATimeout) {
  LoopbackServer server([](const std::string&, auto& reply) { return reply.wait_for_close(); });
  Exchange exchange;
  const std::string url = server.url();
  claif_http_request slow = request("GET", url);
  slow.first_byte_timeout_ms = 50;
  EXPECT_EQ(fetch(exchange, slow), CLAIF_E_TIMEOUT);
  EXPECT_NE(exchange.error.find("no byte from the server for 50 ms"), std::string::npos);
}

TEST_F(HttpService, APauseOfTheServerIsATimeout) {
  LoopbackServer server([](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    return reply.wait_for_close();
  });
  Exchange exchange;
  const std::string url = server.url();
  claif_http_request slow = request("GET", url);
  slow.first_byte_timeout_ms = slow.idle_timeout_ms = 50;
  EXPECT_EQ(fetch(exchange, slow), CLAIF_E_TIMEOUT);
  EXPECT_EQ(exchange.body, "half");
}

TEST_F(HttpService, TheTotalTimeIsBoundedWhileBytesCome) {
  LoopbackServer server([](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (reply.send("1\r\nx\r\n") && !reply.closed_within(5ms)) {
    }
    return false;
  });
  Exchange exchange;
  const std::string url = server.url();
  claif_http_request slow = request("GET", url);
  slow.total_timeout_ms = 150;
  EXPECT_EQ(fetch(exchange, slow), CLAIF_E_TIMEOUT);
  EXPECT_FALSE(exchange.body.empty());
}

TEST_F(HttpService, AnAnswerThatIsCutOffIsAnError) {
  LoopbackServer server([](const std::string&, auto& reply) {
    reply.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    return false;
  });
  Exchange exchange;
  EXPECT_EQ(fetch(exchange, request("GET", server.url())), CLAIF_E_INTERNAL);
  EXPECT_EQ(exchange.body, "half");
}

TEST_F(HttpService, RefusesPlainHttpToOtherMachinesAndOtherSchemes) {
  for (const std::string url : {"http://example.com/", "http://10.0.0.1/", "ftp://127.0.0.1/",
                                "file:///etc/passwd", "http://user:pw@127.0.0.1/", "nonsense"}) {
    Exchange exchange;
    EXPECT_EQ(start_on_loop(exchange, request("GET", url)), CLAIF_E_ARG) << url;
    EXPECT_NE(std::string_view(error_.text, error_.length).find(url), std::string_view::npos);
    EXPECT_EQ(exchange.ends, 0) << "what did not start does not end";
  }
}

TEST_F(HttpService, RefusesLineBreaksInHeaders) {
  for (const std::string_view value : {std::string_view("a\r\nx-evil: 1"), std::string_view("a\nb"),
                                       std::string_view("a\0b", 3)}) {
    const claif_http_header header{sdk::str("x-key"), sdk::str(value)};
    const std::string url = "http://127.0.0.1:1/";
    claif_http_request bad = request("GET", url);
    bad.headers = &header;
    bad.header_count = 1;
    Exchange exchange;
    EXPECT_EQ(start_on_loop(exchange, bad), CLAIF_E_ARG);
    EXPECT_NE(std::string_view(error_.text, error_.length).find("'x-key' contains a line break"),
              std::string_view::npos);
  }
}

TEST_F(HttpService, ARefusalOfAnotherThreadComesThroughOnDone) {
  Exchange exchange;
  EXPECT_EQ(fetch(exchange, request("GET", "http://example.com/")), CLAIF_E_ARG);
  EXPECT_EQ(exchange.ends, 1);
}

TEST_F(HttpService, TheEndOfTheLoopEndsWhatIsInFlight) {
  LoopbackServer server([](const std::string&, auto& reply) { return reply.wait_for_close(); });
  Exchange exchange;
  const std::string url = server.url();
  ASSERT_EQ(start_on_loop(exchange, request("GET", url)), CLAIF_OK);
  loop_.stop();
  EXPECT_EQ(exchange.wait(), CLAIF_E_CANCELLED);
}

}  // namespace
}  // namespace claif::plugin
