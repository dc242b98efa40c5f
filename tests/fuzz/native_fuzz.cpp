// Any body stays as it is, and its parts are where they are said to be; or it is refused.
#include "base/json.hpp"
#include "cache/key.hpp"
#include "fuzz/input.hpp"
#include "wire/native_request.hpp"

using claif::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(claif::fuzz::text(data, size));
  static_cast<void>(claif::cache::key_of({}, body));
  const auto request = claif::wire::read_native(body, {}, {}, false);
  if (!request) return 0;
  require(request->body == body);
  const auto doc = claif::json::parse(body);
  require(doc.has_value());
  require(claif::json::string_or(doc->root(), "model") == request->model);
  const auto messages =
      body.substr(request->messages_begin, request->messages_end - request->messages_begin);
  const auto list = claif::json::parse("[" + messages + "]");
  require(list.has_value());
  require(claif::json::dump(list->root()) ==
          claif::json::dump(*claif::json::find(doc->root(), "messages")));
  return 0;
}
