// Transports: a class with start, resume and cancel; optionally models and preview.
#pragma once

#include <claif/abi/transport.h>
#include <claif/sdk/op.hpp>

#include <concepts>
#include <string_view>

namespace claif::sdk {

// One request, valid for the call of start: copy what outlives it.
class Request {
 public:
  explicit Request(const claif_request* request) noexcept : request_(request) {}
  bool streams() const noexcept { return (request_->flags & CLAIF_REQUEST_STREAM) != 0; }
  // It asks how many tokens it has, not for an answer.
  bool counts_tokens() const noexcept {
    return (request_->flags & CLAIF_REQUEST_COUNT_TOKENS) != 0;
  }
  std::string_view model() const noexcept { return view(request_->model); }
  std::string_view body_json() const noexcept { return view(request_->body_json); }
  std::string_view traceparent() const noexcept { return view(request_->traceparent); }
  std::string_view anthropic_version() const noexcept { return view(request_->anthropic_version); }
  std::string_view anthropic_beta() const noexcept { return view(request_->anthropic_beta); }
  std::string_view query() const noexcept {
    return CLAIF_HAS(request_, query) ? view(request_->query) : std::string_view();
  }

 private:
  const claif_request* request_;
};

template <class P>
concept Transport = requires(P& p, const Request& request, Op op, uint64_t id) {
  p.start(request, std::move(op));
  p.resume(id);
  p.cancel(id);
};
template <class P>
concept ListsModels = requires(P& p, Op op) {
  p.models(std::move(op));
};

template <class P>
concept Previews = requires(P& p, const Request& request, Op op) {
  p.preview(request, std::move(op));
};

template <class P>
struct TransportGlue {
  static void start(void* self, const claif_request* request, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) { static_cast<P*>(self)->start(Request(request), std::move(op)); });
  }
  static void resume(void* self, uint64_t id) noexcept {
    try {
      static_cast<P*>(self)->resume(id);
    } catch (...) {  // the operation's own deadline ends it
    }
  }
  static void cancel(void* self, uint64_t id) noexcept {
    try {
      static_cast<P*>(self)->cancel(id);
    } catch (...) {  // a hint only
    }
  }
  static void models(void* self, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      if constexpr (ListsModels<P>)
        static_cast<P*>(self)->models(std::move(op));
      else
        (void)self, op.fail(CLAIF_E_UNSUPPORTED, "this transport has no list of models");
    });
  }
  static void preview(void* self, const claif_request* request, claif_op* raw) noexcept {
    answer(raw, [&](Op& op) {
      if constexpr (Previews<P>)
        static_cast<P*>(self)->preview(Request(request), std::move(op));
      else
        (void)self, (void)request,
            op.fail(CLAIF_E_UNSUPPORTED, "this transport does not tell what it sends");
    });
  }
};

}  // namespace claif::sdk
