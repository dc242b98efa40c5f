#include "cli/preview.hpp"

#include "base/json.hpp"

#include <map>

namespace claif::cli {
namespace {

void text_or_null(json::Writer& out, const std::string& text) {
  if (text.empty())
    out.null();
  else
    out.string(text);
}

std::string show_json(const UpstreamRequest& request) {
  std::map<std::string, std::string> headers;  // one that repeats is a list, in HTTP's own way
  for (const auto& [name, value] : request.headers)
    headers[name] += (headers[name].empty() ? "" : ", ") + value;
  json::Writer out(request.body.size() + 512);
  text_or_null(out.object().key("method"), request.method);
  text_or_null(out.key("url"), request.url);
  out.key("headers").object();
  for (const auto& [name, value] : headers)
    out.any_key(name).string(value);
  out.end_object().key("body").raw(request.body).end_object();
  return out.take() + "\n";
}

}  // namespace

std::string show(const UpstreamRequest& request, bool json) {
  if (json) return show_json(request);
  std::string out;
  if (!request.method.empty()) out += request.method + " " + request.url + "\n";
  for (const auto& [name, value] : request.headers)
    out.append(name).append(": ").append(value) += '\n';
  return out + "\n" + request.body + "\n";
}

}  // namespace claif::cli
