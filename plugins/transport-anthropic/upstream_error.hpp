// What an error answer of the upstream means for the operation.
#pragma once

#include <claif/sdk/text.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

namespace claif::transport_anthropic {

inline claif_status error_code(uint32_t status) {
  switch (status) {
    case 401:
    case 403:
      return CLAIF_E_AUTH;
    case 404:
      return CLAIF_E_NOT_FOUND;
    case 408:
      return CLAIF_E_UNAVAILABLE;
    case 429:
      return CLAIF_E_RATE;
    default:
      return status < 500 ? CLAIF_E_ARG : CLAIF_E_UNAVAILABLE;
  }
}

// The text is error.message of the body, or names the status.
inline claif_error upstream_error(uint32_t status, std::string_view body, uint32_t retry_after_ms) {
  std::string text = "upstream answered " + std::to_string(status);
  rapidjson::Document doc;
  doc.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (!doc.HasParseError() && doc.IsObject() && doc.HasMember("error") && doc["error"].IsObject()) {
    const auto message = doc["error"].FindMember("message");
    if (message != doc["error"].MemberEnd() && message->value.IsString())
      text.assign(message->value.GetString(), message->value.GetStringLength());
  }
  return sdk::make_error(error_code(status), text, retry_after_ms);
}

}  // namespace claif::transport_anthropic
