// Requests and responses as the routes see them.
#pragma once

#include "gateway/dialect.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/fields.hpp>

namespace claif::gateway {

struct Request {
  std::string method, path, query;
  boost::beast::http::fields fields;
  std::string body;
  bool keep_alive = true, http_1_0 = false;
  // The value of the header, empty when absent. Names are compared without case.
  std::string_view header(std::string_view name) const {
    const auto found = fields.find({name.data(), name.size()});
    return found == fields.end() ? std::string_view()
                                 : std::string_view(found->value().data(), found->value().size());
  }
  // The values of every header of that name, with commas between.
  std::string headers(std::string_view name) const;
};

// The key that a client sends, as Bearer token or in x-api-key; empty when it sends none. Whether
// it is right is not known.
std::string_view presented_key(const Request& request);

inline Dialect dialect_of(const Request& request) {
  return dialect_of(request.path, !request.header("anthropic-version").empty());
}

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  Headers headers;
  std::string body;
};

// The id of a request, under the names that the clients of either API know (E3); "claif-" and
// `number` when the upstream gave it none.
std::string request_id(uint64_t number);
void append_request_id(Headers& headers, std::string_view id);

// An error as the clients of that API know it, with the headers that belong to it.
Response error_response(const Error& error, Dialect dialect, std::string_view request_id);

std::string_view reason_phrase(int status);

// Appends the head of a response to `out`. `length` -1: chunked (or until close, for HTTP/1.0).
void append_head(std::string& out,
                 const Request& request,
                 int status,
                 std::string_view content_type,
                 const Headers& headers,
                 int64_t length);

}  // namespace claif::gateway
