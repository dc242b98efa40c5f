#include "cli/console.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <unistd.h>

namespace claif::cli {

std::string printable(std::string_view text, bool terminal) {
  if (!terminal) return std::string(text);
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const unsigned next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0u;
    if (text[at] == '\n' || text[at] == '\t') {
      out += text[at];
    } else if (text[at] == '\xc2' && next >= 0x80 && next < 0xa0) {  // U+009B is ESC [
      out += next < 0x90 ? "\\xc2\\x8" : "\\xc2\\x9";
      out += "0123456789abcdef"[next & 15];
      ++at;
    } else {
      out += escape_controls(text.substr(at, 1));
    }
  }
  return out;
}

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool write_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace claif::cli
