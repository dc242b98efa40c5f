// claif.http/1 with scripted answers.
#pragma once

#include <claif/abi/http.h>
#include <claif/sdk/text.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::testing {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// One scripted answer. `start` below 0 refuses the request; `status` 0 sends no head and no body.
struct HttpReply {
  uint32_t status = 200;
  HttpHeaders headers = {};
  std::vector<std::string> pieces = {};
  claif_status done = CLAIF_OK;
  std::string error = {};
  claif_status start = CLAIF_OK;
};

struct HttpSeen {
  std::string method, url, body;
  HttpHeaders headers;
  uint32_t connect_timeout_ms = 0, first_byte_timeout_ms = 0, idle_timeout_ms = 0,
           total_timeout_ms = 0;

  bool has(std::string_view name) const { return find(name) != headers.end(); }
  std::string header(std::string_view name) const { return has(name) ? find(name)->second : ""; }

 private:
  HttpHeaders::const_iterator find(std::string_view name) const {
    return std::find_if(headers.begin(), headers.end(),
                        [&](const auto& h) { return h.first == name; });
  }
};

// Answers come only from run(), on the caller's thread, so a test decides when. [serial]
class FakeHttp {
 public:
  void reply(HttpReply reply) { replies_.push_back(std::move(reply)); }

  // Delivers everything that is not paused, including requests begun meanwhile.
  void run() {
    for (bool progress = true; progress;) {
      progress = false;
      for (size_t i = 0; i < exchanges_.size(); ++i)
        progress |= step(*exchanges_[i]);
    }
  }

  const std::vector<HttpSeen>& requests() const noexcept { return seen_; }
  size_t open() const {
    return static_cast<size_t>(std::count_if(exchanges_.begin(), exchanges_.end(),
                                             [](const auto& e) { return !e->ended; }));
  }
  const std::vector<uint64_t>& cancelled() const noexcept { return cancelled_; }

  claif_status start(const claif_http_request& request,
                     const claif_http_handler* handler,
                     void* ctx,
                     uint64_t* id,
                     claif_error* error) {
    seen_.push_back(record(request));
    HttpReply reply;
    if (replies_.empty()) {
      reply.start = CLAIF_E_UNAVAILABLE;
      reply.error = "the test scripted no answer";
    } else {
      reply = std::move(replies_.front());
      replies_.pop_front();
    }
    if (reply.start != CLAIF_OK) {
      sdk::fill(error, reply.start, reply.error);
      return reply.start;
    }
    auto exchange = std::make_unique<Exchange>();
    exchange->reply = std::move(reply);
    exchange->handler = handler;
    exchange->ctx = ctx;
    exchanges_.push_back(std::move(exchange));
    *id = exchanges_.size();
    return CLAIF_OK;
  }
  void resume(uint64_t id) {
    if (Exchange* e = find(id)) e->paused = false;
  }
  void cancel(uint64_t id) {
    if (Exchange* e = find(id)) e->cancelled = true;
    cancelled_.push_back(id);
  }

 private:
  struct Exchange {
    HttpReply reply;
    const claif_http_handler* handler = nullptr;
    void* ctx = nullptr;
    size_t next_piece = 0;
    bool headed = false, paused = false, cancelled = false, ended = false;
  };

  static HttpSeen record(const claif_http_request& r) {
    HttpSeen seen{std::string(sdk::view(r.method)),
                  std::string(sdk::view(r.url)),
                  std::string(sdk::view(r.body)),
                  {},
                  r.connect_timeout_ms,
                  r.first_byte_timeout_ms,
                  r.idle_timeout_ms,
                  r.total_timeout_ms};
    for (size_t i = 0; i < r.header_count; ++i)
      seen.headers.emplace_back(sdk::view(r.headers[i].name), sdk::view(r.headers[i].value));
    return seen;
  }

  Exchange* find(uint64_t id) {
    const bool known = id > 0 && id <= exchanges_.size() && !exchanges_[id - 1]->ended;
    return known ? exchanges_[id - 1].get() : nullptr;
  }

  static bool step(Exchange& e) {
    if (e.ended) return false;
    if (e.cancelled) return end(e, CLAIF_E_CANCELLED, "cancelled");
    if (e.reply.status != 0 && !e.headed) {
      std::vector<claif_http_header> headers;
      for (const auto& [name, value] : e.reply.headers)
        headers.push_back({sdk::str(name), sdk::str(value)});
      e.headed = true;
      e.handler->on_head(e.ctx, e.reply.status, headers.data(), headers.size());
      return true;
    }
    if (e.paused) return false;
    if (e.reply.status != 0 && e.next_piece < e.reply.pieces.size()) {
      // A heap block of exactly this size, gone after the call, so that a sanitizer sees a kept
      // view.
      const std::string& piece = e.reply.pieces[e.next_piece++];
      const auto bytes = std::make_unique<char[]>(piece.size());
      std::copy(piece.begin(), piece.end(), bytes.get());
      e.paused = e.handler->on_body(e.ctx, {bytes.get(), piece.size()}) == CLAIF_AGAIN;
      return true;
    }
    return end(e, e.reply.done, e.reply.error);
  }
  static bool end(Exchange& e, claif_status status, std::string_view text) {
    e.ended = true;
    const claif_error error = sdk::make_error(status, text);
    e.handler->on_done(e.ctx, status, status == CLAIF_OK ? nullptr : &error);
    return true;
  }

  std::deque<HttpReply> replies_;
  std::vector<HttpSeen> seen_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<uint64_t> cancelled_;
};

}  // namespace claif::testing
