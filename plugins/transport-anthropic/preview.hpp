// What a request to the upstream looks like, for people to read.
#pragma once

#include <claif/abi/http.h>
#include <claif/sdk/text.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace claif::transport_anthropic {

// {"method", "url", "headers"} as claif_transport_v1::preview emits it; the key does not appear.
inline std::string preview_json(std::string_view url,
                                const std::vector<claif_http_header>& headers) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> json(out);
  const auto text = [&](std::string_view s) {
    json.String(s.data(), static_cast<rapidjson::SizeType>(s.size()));
  };
  json.StartObject();
  json.Key("method");
  json.String("POST");
  json.Key("url");
  text(url);
  json.Key("headers");
  json.StartArray();
  for (const auto& [raw_name, value] : headers) {
    const std::string_view name = sdk::view(raw_name);
    json.StartArray();
    text(name);
    if (name == "x-api-key")
      json.String("[redacted]");
    else if (name == "authorization")
      json.String("Bearer [redacted]");
    else
      text(sdk::view(value));
    json.EndArray();
  }
  json.EndArray();
  json.EndObject();
  return {out.GetString(), out.GetSize()};
}

}  // namespace claif::transport_anthropic
