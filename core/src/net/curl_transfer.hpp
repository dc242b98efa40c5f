// One request through libcurl: its easy handle, its options, and what came back so far.
#pragma once

#include "base/clock.hpp"
#include "base/loop.hpp"

#include <claif/abi/http.h>
#include <claif/result.hpp>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

namespace claif::net {

struct CurlTransfer {
  CurlTransfer();
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Sets the handle up for `request`. invalid_request for an URL that must not be fetched (the
  // scheme is not https, or http to a host that is not loopback) and for header values with line
  // breaks.
  Result<void> prepare(const claif_http_request& request);
  // One line of the answer's head; calls on_head at its end. False: the answer is garbled.
  bool take_header(std::string_view line);
  // A sentence about a failure, for people.
  std::string describe(CURLcode code) const;
  void forget();  // drops what belongs to one request, keeps the handle

  CURL* easy;
  uint64_t id = 0;
  const claif_http_handler* handler = nullptr;
  void* ctx = nullptr;
  std::function<void()> after_done;
  std::string url, method, body;
  curl_slist* headers_out = nullptr;
  uint32_t first_byte_ms = 0, idle_ms = 0, connect_ms = 0, total_ms = 0;
  bool added = false, paused = false, curl_paused = false, cancelled = false, got_body = false,
       head_done = false;
  Nanos last_activity{};
  TimerId idle_timer = 0;

 private:
  struct Line {
    size_t name, name_size, value, value_size;  // in head_
  };
  uint32_t status_ = 0;
  std::string head_;
  std::vector<Line> lines_;
  std::vector<claif_http_header> fields_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

claif_status status_of(CURLcode code);

}  // namespace claif::net
