// What translating a request of 5 MB takes, beside reading and writing its JSON. Prints the median
// milliseconds of runs that alternate, so that drift meets all alike, and the ratio of each run.
//
//   bench_request_body BODY   a chat completions request; its messages are repeated up to 5 MB
#include "base/json.hpp"
#include "wire/chat_request.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace claif;

constexpr size_t kBytes = 5'000'000;
constexpr int kRuns = 21;

int complain(const std::string& what) {
  std::fprintf(stderr, "bench_request_body: %s\n", what.c_str());
  return 1;
}

// The request in the file `name`, for a model that there is, its conversation going on and on.
std::string request_of(const std::string& name) {
  std::ifstream file(name);
  std::string text(std::istreambuf_iterator<char>(file), {});
  for (const auto& [from, to] : {std::pair("@MODEL@", "claude-opus-5-5"), {"@STREAM@", "false"}})
    if (const size_t at = text.find(from); at != text.npos)
      text.replace(at, std::string_view(from).size(), to);
  const auto doc = json::parse(std::move(text));
  const json::Value* messages = doc ? json::find(doc->root(), "messages") : nullptr;
  if (messages == nullptr || !messages->IsArray() || messages->Size() < 2) return {};
  std::vector<std::string> turns;
  for (const auto& message : messages->GetArray())
    turns.push_back(json::dump(message));
  json::Writer out(kBytes + 100'000);
  out.object();
  for (const auto& member : doc->root().GetObject()) {
    out.any_key(json::text(member.name));
    if (&member.value != messages) {
      out.raw(json::dump(member.value));
      continue;
    }
    out.array().raw(turns.front());  // the system message
    for (size_t i = 1; out.view().size() < kBytes; i = i + 1 < turns.size() ? i + 1 : 1)
      out.raw(turns[i]);
    out.end_array();
  }
  return out.end_object().take();
}

double milliseconds(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
      .count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + kRuns / 2, values.end());
  return values[kRuns / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return complain("usage: bench_request_body BODY");
  const std::string request = request_of(argv[1]);
  if (request.empty()) return complain(std::string("no chat completions request: ") + argv[1]);

  std::vector<double> parse_ms, serialise_ms, translate_ms, ratio;
  for (int i = 0; i < kRuns; ++i) {
    std::string copy = request;  // whoever reads a request owns it
    auto began = std::chrono::steady_clock::now();
    const auto doc = json::parse(std::move(copy));
    parse_ms.push_back(milliseconds(began));
    if (!doc) return complain(doc.error().message);

    began = std::chrono::steady_clock::now();
    const std::string text = json::dump(doc->root());
    serialise_ms.push_back(milliseconds(began));

    copy = request;
    began = std::chrono::steady_clock::now();
    const auto translated = wire::decode_chat(std::move(copy), {});
    translate_ms.push_back(milliseconds(began));
    ratio.push_back(translate_ms.back() / (parse_ms.back() + serialise_ms.back()));
    if (!translated) return complain(translated.error().message);
    if (translated->messages.body.size() * 2 < text.size()) return complain("a part is missing");
  }
  const auto [least, most] = std::minmax_element(ratio.begin(), ratio.end());
  std::printf(
      "{\"bytes\":%zu,\"parse_ms\":%.3f,\"serialise_ms\":%.3f,\"translate_ms\":%.3f,"
      "\"ratio_least\":%.3f,\"ratio\":%.3f,\"ratio_most\":%.3f}\n",
      request.size(), median(parse_ms), median(serialise_ms), median(translate_ms), *least,
      median(ratio), *most);
  return 0;
}
