// GET /v1/models, page by page.
#pragma once

#include "settings.hpp"

#include <claif/abi/http.h>
#include <claif/sdk/host.hpp>
#include <claif/sdk/op.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace claif::transport_anthropic {

// Owns itself from run() on, until it finished the operation.
class ModelsFetch {
 public:
  // `settings` must stay valid until the operation is finished.
  static void run(sdk::Host host, const claif_http_v1& http, const Settings& settings, sdk::Op op);

 private:
  ModelsFetch(sdk::Host host, const claif_http_v1& http, const Settings& settings, sdk::Op op)
      : host_(host), http_(http), settings_(settings), op_(std::move(op)) {}

  bool start_page(claif_error* error);
  // Emits the items of a page; the id that the next page starts after, empty at the end.
  std::string emit_items();

  static void on_head(void* self, uint32_t status, const claif_http_header*, size_t) noexcept;
  static claif_status on_body(void* self, claif_str piece) noexcept;
  static void on_done(void* self, claif_status status, const claif_error* error) noexcept;

  const sdk::Host host_;
  const claif_http_v1& http_;
  const Settings& settings_;
  sdk::Op op_;
  int page_ = 0;
  uint32_t status_ = 0;
  std::string after_id_, body_;
};

}  // namespace claif::transport_anthropic
