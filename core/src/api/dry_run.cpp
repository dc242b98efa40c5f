// What would be sent, for Completions::dry_run.
#include "api/cores.hpp"

#include <future>

namespace claif {
namespace detail {
namespace {

class NoAnswer final : public pipeline::EventSink {
 public:
  void start(const pipeline::RunContext&) override {}
  void write(const wire::Event&) override {}
  void message(const wire::Message&) override {}
  void fail(const Error&) override {}
  Task<bool> flush() override { co_return true; }
};

Task<void> drive(ClientCore& client,
                 pipeline::RunContext& context,
                 std::promise<Result<void>>& done) {
  NoAnswer sink;
  client.begin(context, [&context] { context.cancellation.request(); });
  auto running = client.engine().worker(0).pipeline->run(context, sink);
  Result<void> outcome = co_await std::move(running);
  client.end(context);
  done.set_value(std::move(outcome));
}

}  // namespace

Result<UpstreamRequest> ClientCore::dry_run(const ChatRequest& request, bool stream) {
  AnswerFacts facts;
  CLAIF_TRY(const auto run, context(request, stream, facts));
  run->dry_run = true;
  std::promise<Result<void>> done;
  expect();
  loop().post([&] { spawn(drive(*this, *run, done)); });
  CLAIF_CHECK(done.get_future().get());
  run->preview->warnings = std::move(facts.warnings);
  return std::move(*run->preview);
}

}  // namespace detail

Result<UpstreamRequest> Completions::try_dry_run(const ChatRequest& request, bool stream) {
  return core_->dry_run(request, stream);
}

UpstreamRequest Completions::dry_run(const ChatRequest& request, bool stream) {
  auto result = try_dry_run(request, stream);
  if (!result) throw_error(std::move(result.error()));
  return std::move(*result);
}

}  // namespace claif
