#include "wire/sse_frame.hpp"

#include <algorithm>

namespace claif::wire {

void append_sse(std::string& out, std::string_view type, std::string_view json) {
  constexpr std::string_view kLineEnds = "\r\n";
  if (!type.empty() && type.find_first_of(kLineEnds) == std::string_view::npos)
    out.append("event: ").append(type).append("\n");
  for (;;) {
    const size_t end = std::min(json.find_first_of(kLineEnds), json.size());
    out.append("data: ").append(json.substr(0, end)).append("\n");
    if (end == json.size()) break;
    json.remove_prefix(json.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  out += '\n';
}

}  // namespace claif::wire
