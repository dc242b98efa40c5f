#include "support/upstream_sse.hpp"

#include "sse.hpp"

namespace claif::test {

std::string upstream_body(const json::Value& vector) {
  std::string out(json::string_or(vector, "anthropic_sse_raw"));
  if (const json::Value* events = json::find(vector, "anthropic_sse"))
    for (const auto& event : events->GetArray())
      out.append("event: ")
          .append(json::string_or(event, "type"))
          .append("\ndata: ")
          .append(json::dump(event))
          .append("\n\n");
  return out;
}

SseEvents read_events(std::string_view body, size_t cut) {
  SseEvents out;
  transport_anthropic::SseParser parser;
  const auto sink = [&](std::string_view type, std::string_view data) {
    out.emplace_back(type, data);
  };
  const bool fits = parser.feed(body.substr(0, cut), sink) && parser.feed(body.substr(cut), sink);
  if (!fits) out.emplace_back("too large", "");
  parser.finish(sink);
  return out;
}

std::string cut_fault(std::string_view body) {
  const SseEvents events = read_events(body, 0);
  for (size_t cut = 1; cut < body.size(); ++cut)
    if (read_events(body, cut) != events) return "other events when cut at " + std::to_string(cut);
  return {};
}

}  // namespace claif::test
