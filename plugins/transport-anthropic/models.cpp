#include "models.hpp"

#include "upstream_error.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace claif::transport_anthropic {
namespace {

constexpr int kMaxPages = 10;
constexpr size_t kMaxPageBytes = size_t{8} << 20;
constexpr int kMaxDepth = 16;

std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

// False for a text nested so deep that writing it again could exhaust the stack.
bool is_shallow(std::string_view json) {
  int depth = 0, deepest = 0;
  for (const char c : json) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest <= kMaxDepth;
}

}  // namespace

void ModelsFetch::run(sdk::Host host,
                      const claif_http_v1& http,
                      const Settings& settings,
                      sdk::Op op) {
  std::unique_ptr<ModelsFetch> fetch(new ModelsFetch(host, http, settings, std::move(op)));
  claif_error error = sdk::make_error(CLAIF_E_INTERNAL, "");
  if (fetch->start_page(&error)) {
    static_cast<void>(fetch.release());
  } else {
    fetch->op_.fail(error);
  }
}

bool ModelsFetch::start_page(claif_error* error) {
  static constexpr claif_http_handler handler{sizeof handler, 0, &ModelsFetch::on_head,
                                              &ModelsFetch::on_body, &ModelsFetch::on_done};
  std::string url = settings_.models_url;
  if (!after_id_.empty()) url += "&after_id=" + percent_encoded(after_id_);
  std::vector<claif_http_header> headers;
  headers.reserve(settings_.headers.size() + 2);
  for (const auto& [name, value] : settings_.headers)
    headers.push_back({sdk::str(name), sdk::str(value)});
  headers.push_back({sdk::str("accept"), sdk::str("application/json")});
  headers.push_back({sdk::str("anthropic-version"), sdk::str("2026-10-21")});
  claif_http_request request{};
  request.size = sizeof request;
  request.method = sdk::str("GET");
  request.url = sdk::str(url);
  request.headers = headers.data();
  request.header_count = headers.size();
  request.connect_timeout_ms = settings_.connect_timeout_ms;
  request.first_byte_timeout_ms = settings_.first_byte_timeout_ms;
  request.idle_timeout_ms = settings_.idle_timeout_ms;
  request.total_timeout_ms = settings_.total_timeout_ms;
  ++page_;
  status_ = 0;
  body_.clear();
  uint64_t id = 0;
  return http_.start(host_.raw(), &request, &handler, this, &id, error) == CLAIF_OK;
}

void ModelsFetch::on_head(void* self, uint32_t status, const claif_http_header*, size_t) noexcept {
  static_cast<ModelsFetch*>(self)->status_ = status;
}

claif_status ModelsFetch::on_body(void* self, claif_str piece) noexcept {
  std::string& body = static_cast<ModelsFetch*>(self)->body_;
  if (body.size() <= kMaxPageBytes) body.append(sdk::view(piece));
  return CLAIF_OK;
}

void ModelsFetch::on_done(void* self, claif_status status, const claif_error* error) noexcept {
  std::unique_ptr<ModelsFetch> fetch(static_cast<ModelsFetch*>(self));
  try {
    if (status != CLAIF_OK)
      return fetch->op_.fail(
          error != nullptr ? *error : sdk::make_error(status, "the list of models did not come"));
    if (fetch->status_ == 404)
      return fetch->op_.fail(CLAIF_E_UNSUPPORTED, "the upstream has no list of models");
    if (fetch->status_ != 200)
      return fetch->op_.fail(upstream_error(fetch->status_, fetch->body_, 0));
    fetch->after_id_ = fetch->emit_items();
    if (fetch->after_id_.empty() || fetch->page_ == kMaxPages || fetch->op_.cancelled())
      return fetch->op_.finish();
    claif_error failure = sdk::make_error(CLAIF_E_INTERNAL, "");
    if (!fetch->start_page(&failure)) return fetch->op_.fail(failure);
    static_cast<void>(fetch.release());
  } catch (...) {
    if (fetch && fetch->op_) fetch->op_.fail_from_current_exception();
  }
}

std::string ModelsFetch::emit_items() {
  const bool readable = body_.size() <= kMaxPageBytes && is_shallow(body_);
  rapidjson::Document doc;
  if (readable) doc.Parse<rapidjson::kParseIterativeFlag>(body_.data(), body_.size());
  if (!readable || doc.HasParseError() || !doc.IsObject() || !doc.HasMember("data") ||
      !doc["data"].IsArray())
    throw sdk::Error("the upstream's list of models is not readable");
  std::string last;
  for (const auto& model : doc["data"].GetArray()) {
    if (!model.IsObject() || !model.HasMember("id") || !model["id"].IsString()) continue;
    last.assign(model["id"].GetString(), model["id"].GetStringLength());
    rapidjson::StringBuffer json;
    rapidjson::Writer<rapidjson::StringBuffer> writer(json);
    model.Accept(writer);
    op_.emit(CLAIF_EMIT_ITEM, {json.GetString(), json.GetSize()});
  }
  const auto more = doc.FindMember("has_more");
  return more != doc.MemberEnd() && more->value.IsBool() && more->value.GetBool() ? last
                                                                                  : std::string();
}

}  // namespace claif::transport_anthropic
