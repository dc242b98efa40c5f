// The transport's configuration, made ready for use.
#pragma once

#include <claif/sdk/config.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace claif::transport_anthropic {

extern const char kSettingsSchema[];

struct Settings {
  // Throws Error with CLAIF_E_ARG that names the key to mend.
  explicit Settings(const sdk::Config& config);

  std::string messages_url, models_url;
  std::vector<std::pair<std::string, std::string>>
      headers;             // sent with every request, the key included
  bool lacks_key = false;  // there is none and the upstream is not this machine
  uint32_t connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms,
      total_timeout_ms;  // 0: the host's
};

}  // namespace claif::transport_anthropic
