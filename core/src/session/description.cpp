#include "session/description.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <utility>

namespace claif::session {
namespace {

constexpr size_t kMaxTitle = 500;

uint64_t number_in(const json::Value& v, std::string_view key) {
  return static_cast<uint64_t>(std::max<int64_t>(0, json::integer_or(v, key)));
}

}  // namespace

plugin::SessionDescription description_of(const State& state, uint64_t from) {
  const Stats stats = state.stats();
  plugin::SessionDescription out;
  out.title = state.title();
  out.text = state.text_after(from);
  json::Writer listing;
  const auto number = [&](std::string_view key, uint64_t n) {
    listing.key(key).integer(static_cast<int64_t>(n));
  };
  listing.object().key("owner").string(state.head().owner).key("title").string(out.title);
  if (!state.head().template_name.empty())
    listing.key("template").string(state.head().template_name);
  if (!state.head().metadata.empty()) listing.key("metadata").raw(state.head().metadata);
  if (!state.head().from.empty()) listing.key("from").raw(state.head().from);
  listing.key("created_ms").integer(stats.created_ms).key("updated_ms").integer(stats.updated_ms);
  number("turns", stats.turns);
  number("messages", stats.messages);
  number("input_tokens", stats.input_tokens);
  number("output_tokens", stats.output_tokens);
  number("cache_read_tokens", stats.cache_read_tokens);
  number("cache_write_tokens", stats.cache_write_tokens);
  listing.end_object();
  out.listing = listing.take();
  return out;
}

Summary summary_of(const OpenSession& session) {
  const State& state = session.state;
  Summary out;
  out.id = session.id;
  out.title = state.title();
  out.template_name = state.head().template_name;
  out.system = state.head().system;
  out.metadata = state.head().metadata;
  out.from = state.head().from;
  out.stats = state.stats();
  for (const auto& [name, checkpoint] : state.checkpoints())
    out.checkpoints.emplace_back(name, checkpoint.at);
  out.damage = session.damage;
  return out;
}

Result<Summary> summary_of_item(std::string item) {
  CLAIF_TRY(const auto doc, json::parse(std::move(item)));
  Summary out;
  out.id = json::string_or(doc.root(), "id");
  out.stats.bytes = number_in(doc.root(), "bytes");
  out.stats.updated_ms = json::integer_or(doc.root(), "updated_ms");
  const json::Value* listing = json::find(doc.root(), "listing");
  if (listing == nullptr) return out;
  out.title = json::string_or(*listing, "title");
  out.template_name = json::string_or(*listing, "template");
  if (const json::Value* metadata = json::find(*listing, "metadata"))
    out.metadata = json::dump(*metadata);
  if (const json::Value* from = json::find(*listing, "from")) out.from = json::dump(*from);
  out.stats.created_ms = json::integer_or(*listing, "created_ms");
  out.stats.turns = number_in(*listing, "turns");
  out.stats.messages = number_in(*listing, "messages");
  out.stats.input_tokens = number_in(*listing, "input_tokens");
  out.stats.output_tokens = number_in(*listing, "output_tokens");
  out.stats.cache_read_tokens = number_in(*listing, "cache_read_tokens");
  out.stats.cache_write_tokens = number_in(*listing, "cache_write_tokens");
  return out;
}

std::string match_of(const std::string& owner, const Filter& filter) {
  json::Writer out;
  out.object().key("owner").string(owner);
  if (!filter.template_name.empty()) out.key("template").string(filter.template_name);
  if (!filter.metadata.empty()) out.key("metadata").raw(filter.metadata);
  out.end_object();
  return out.take();
}

Result<void> check_title(const std::string& title) {
  const bool one_line = std::none_of(title.begin(), title.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (one_line && title.size() <= kMaxTitle && json::is_utf8(title)) return {};
  Error error;
  error.code = Errc::invalid_request;
  error.param = "title";
  error.message = "a title is one line of at most 500 bytes";
  return fail(std::move(error));
}

}  // namespace claif::session
