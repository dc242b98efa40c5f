// A dry run: the request as it would be sent, and nothing sent.
#include "pipeline/outgoing.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/transport_preview.hpp"

namespace claif::pipeline {
namespace {

constexpr Millis kPreviewTimeout{5'000};
constexpr std::string_view kRedacted = "[redacted]";

// Names of headers that carry a secret as a rule.
bool is_secret(std::string_view name) {
  for (const std::string_view word : {"auth", "cookie", "key", "password", "secret", "token"})
    if (name.find(word) != std::string_view::npos) return true;
  return false;
}

}  // namespace

Task<Result<void>> Pipeline::preview(RunContext& context) {
  const Outgoing outgoing(context);
  auto asking = plugin::preview(site(*places_.transport), outgoing.raw(), kPreviewTimeout);
  auto told = co_await std::move(asking);
  if (!told) co_return fail(std::move(told.error()));
  UpstreamRequest out;
  if (*told) {
    out.method = std::move((*told)->method);
    out.url = log_.redacted(std::move((*told)->url));
    out.headers = std::move((*told)->headers);
  } else {
    out.headers.emplace_back("anthropic-version", context.request.api_version);
    if (!context.request.beta.empty())
      out.headers.emplace_back("anthropic-beta", context.request.beta);
  }
  for (auto& [name, value] : out.headers) {
    value = log_.redacted(std::move(value));
    if (is_secret(name) && value.find(kRedacted) == std::string::npos) value = kRedacted;
  }
  out.body = sdk::view(outgoing.raw().body_json);
  context.preview = std::move(out);
  co_return Result<void>();
}

}  // namespace claif::pipeline
