// POST /v1/responses (translation.md section 5)
#include "gateway/answer.hpp"
#include "gateway/router.hpp"
#include "gateway/stored_responses.hpp"
#include "wire/body.hpp"
#include "wire/draft.hpp"
#include "wire/responses_ids.hpp"
#include "wire/responses_kept.hpp"
#include "wire/responses_request.hpp"
#include "wire/responses_stream.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claif::gateway {
namespace {

// The answer as a response of the Responses API, kept before the client hears that it is complete.
class ResponsesSink final : public AnswerSink {
 public:
  // `store`: null when the response is not to be kept.
  ResponsesSink(Exchange& exchange,
                RouteContext& route,
                const wire::ResponsesRequest& request,
                std::string id,
                session::ResponseStore* store)
      : AnswerSink(exchange, route.pipeline.ops().loop(), request.warnings),
        engine_(route.engine),
        request_(request),
        store_(store),
        id_(std::move(id)),
        created_(engine_.clock().wall_ms() / 1000),
        encoder_(id_, created_, request.echo) {}

 protected:
  void encode(const wire::Event& event, std::string& frames) override {
    if (store_ == nullptr || !std::holds_alternative<wire::MessageStop>(event.body)) {
      encoder_.encode(event, frames);
      return;
    }
    encoder_.close(frames);
    keep(encoder_.object_to_keep());
  }
  void encode(const Error& error, std::string& frames) override { encoder_.fail(error, frames); }
  std::string encode(const wire::Message& message) override {
    if (store_ == nullptr) return wire::encode_response(message, request_.echo, id_, created_);
    wire::ResponsesEcho echo = request_.echo;
    echo.include_encrypted_content = true;
    keep(wire::encode_response(message, echo, id_, created_));
    return {};
  }
  Error in_dialect(Error error) override { return wire::in_responses_terms(std::move(error)); }

  Task<void> settle() override {
    auto keeping =
        store_->keep(id_, {request_.previous, request_.head, request_.input_items, object_});
    auto kept = co_await std::move(keeping);
    if (!kept) {
      engine_.log().error("the response " + id_ + " could not be stored: " + kept.error().message);
      tell_unpersisted();
    }
    engine_.observers().publish({CLAIF_EV_SESSION, context().number, kept ? 1 : 0, id_,
                                 kept ? "stored" : "failed",
                                 kept ? std::string_view() : kept.error().message});
    if (streaming()) {
      encoder_.complete(kept.has_value(), stream());
    } else if (auto shown = wire::show_response(
                   std::move(object_), request_.echo.include_encrypted_content, kept.has_value())) {
      replace_body(std::move(*shown));
    }
  }

 private:
  void keep(std::string object) {
    object_ = std::move(object);
    expect_settling();
  }

  Engine& engine_;
  const wire::ResponsesRequest& request_;
  session::ResponseStore* store_;
  std::string id_;
  int64_t created_;
  wire::ResponsesStreamEncoder encoder_;
  std::string object_;  // to be kept
};

using History = std::optional<std::vector<wire::PastTurn>>;

// The conversation that the request goes on with; nothing when it names none.
Task<Result<History>> read_history(const json::Document& request,
                                   session::ResponseStore* store,
                                   size_t most_bytes) {
  auto previous = wire::previous_response_id(request);
  if (!previous) co_return fail(std::move(previous.error()));
  if (!*previous || store == nullptr) co_return History();
  const std::string id = **previous;
  if (!wire::is_response_id(id)) co_return fail(wire::previous_response_not_found(id, ""));
  auto loading = store->chain(id, most_bytes);
  auto chain = co_await std::move(loading);
  if (!chain) {
    chain.error().param = "previous_response_id";
    co_return fail(std::move(chain.error()));
  }
  if (chain->missing == id) co_return fail(wire::previous_response_not_found(id, ""));
  if (!chain->missing.empty())
    co_return fail(wire::previous_response_not_found(
        id, "it follows " + chain->missing + ", which is there no more"));
  std::vector<wire::PastTurn> turns;
  for (session::ResponseRecord& response : chain->responses) {
    wire::PastTurn& turn = turns.emplace_back();
    turn.head = std::move(response.head);
    auto asked = append_input(response, turn.items);
    if (!asked) co_return fail(std::move(asked.error()));
    auto answered = append_output(response, turn.items);
    if (!answered) co_return fail(std::move(answered.error()));
  }
  co_return History(std::move(turns));
}

// The request in Anthropic's form, with the conversation before it.
Task<Result<wire::ResponsesRequest>> read_request(RouteContext& route,
                                                  Exchange& exchange,
                                                  const std::string& id,
                                                  session::ResponseStore* store,
                                                  pipeline::RunContext& context) {
  auto extensions = read_extensions(exchange, context);
  if (!extensions) co_return fail(std::move(extensions.error()));
  const Config& config = route.engine.config();
  const auto body = wire::parse_request(exchange.take_body());
  if (!body) co_return fail(body.error());
  auto reading = read_history(*body, store, config.gateway.max_body);
  auto history = co_await std::move(reading);
  if (!history) co_return fail(std::move(history.error()));
  if (*history && !context.session.empty())
    co_return wire::invalid_value(
        "previous_response_id",
        "x-claif-session and previous_response_id name two conversations: leave one out");
  wire::ResponsesOptions options;
  options.aliases = config.model_aliases;
  options.strict = config.strict;
  options.models = route.engine.models().get();
  options.id = id;
  options.keeps = store != nullptr;
  options.history = std::move(*history);
  co_return wire::decode_responses(*body, options);
}

}  // namespace

Task<void> create_response(RouteContext& route, Exchange& exchange) {
  pipeline::RunContext context;
  context.route = "responses";
  exchange.on_disconnect([&context] { context.cancellation.request(); });
  auto store = stored_responses(route, exchange.request());
  session::ResponseStore* const stored = store ? &*store : nullptr;
  std::string id = wire::new_response_id();
  auto reading = read_request(route, exchange, id, stored, context);
  auto request = co_await std::move(reading);
  if (!request) {
    exchange.on_disconnect(nullptr);
    auto refusing = exchange.refuse(request.error());
    co_await std::move(refusing);
    co_return;
  }
  context.request = std::move(request->messages);
  ResponsesSink sink(exchange, route, *request, std::move(id),
                     request->echo.store ? stored : nullptr);
  auto running = sink.run(route.pipeline, context);
  co_await std::move(running);
}

}  // namespace claif::gateway
