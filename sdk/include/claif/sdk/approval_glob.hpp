// Globs for paths that are denied (G8): compared without case, width, invisible characters and the
// trailing dots and blanks that some tools drop.
#pragma once

#include <claif/sdk/approval_text.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace claif::sdk {

// The segments of a path, without empty ones and ".".
inline std::vector<std::string> path_segments(std::string_view path) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (!segment.empty() && segment != ".") out.emplace_back(segment);
    at = end + 1;
  }
  return out;
}

// A set of globs. In a segment * stands for any run of characters and ? for one; the segment ** is
// any number of segments, also none, so that "**/.git/**" is .git itself too. Immutable,
// thread-safe.
class DenyGlobs {
 public:
  // Throws Error, naming the glob, when one has a syntax that is not known here, or is empty.
  explicit DenyGlobs(const std::vector<std::string>& globs) {
    for (const std::string& glob : globs) {
      if (glob.find_first_of("[]{}\\!") != std::string::npos)
        throw Error("the glob '" + glob + "' may have *, ** and ? only", CLAIF_E_ARG);
      std::vector<std::string> segments = path_segments(fold(glob));
      if (segments.empty()) throw Error("a glob is empty", CLAIF_E_ARG);
      add(glob, std::move(segments));
    }
  }

  // A glob that `path` matches, or null. A path that is not UTF-8 matches whatever there is.
  const std::string* match(std::string_view path) const {
    static const std::string kNotText = "no UTF-8";
    std::vector<std::string> segments;
    try {
      for (const std::string& segment : path_segments(fold(path)))
        segments.emplace_back(trimmed(segment));
    } catch (const Error&) {
      return &kNotText;
    }
    for (const std::string& segment : segments)
      if (const auto found = anywhere_.find(segment); found != anywhere_.end())
        return &found->second;
    if (!segments.empty())
      if (const auto found = last_.find(segments.back()); found != last_.end())
        return &found->second;
    for (const Glob& glob : globs_)
      if (matches(glob.segments, 0, segments, 0)) return &glob.text;
    return nullptr;
  }

 private:
  struct Glob {
    std::string text;
    std::vector<std::string> segments;
  };

  // Most globs are **/name or **/name/**, and need no more than a look.
  void add(const std::string& text, std::vector<std::string> segments) {
    const bool plain = segments.size() >= 2 && segments.size() <= 3 && segments[0] == "**" &&
                       segments[1].find_first_of("*?") == std::string::npos;
    if (plain && segments.size() == 2)
      last_.emplace(segments[1], text);
    else if (plain && segments[2] == "**")
      anywhere_.emplace(segments[1], text);
    else
      globs_.push_back({text, std::move(segments)});
  }
  static std::string_view trimmed(std::string_view segment) {
    if (segment == "..") return segment;
    const size_t end = segment.find_last_not_of(". ");
    return segment.substr(0, end == std::string_view::npos ? 0 : end + 1);
  }
  static bool matches(const std::vector<std::string>& glob,
                      size_t g,
                      const std::vector<std::string>& path,
                      size_t p) {
    if (g == glob.size()) return p == path.size();
    if (glob[g] == "**") {
      while (g + 1 < glob.size() && glob[g + 1] == "**")
        ++g;
      for (size_t rest = p; rest <= path.size(); ++rest)
        if (matches(glob, g + 1, path, rest)) return true;
      return false;
    }
    return p < path.size() && matches_segment(glob[g], path[p]) &&
           matches(glob, g + 1, path, p + 1);
  }
  // Bytes: a ? is one byte of a longer character, which a * after it makes up for.
  static bool matches_segment(std::string_view glob, std::string_view text) {
    size_t g = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
      if (g < glob.size() && glob[g] == '*') {
        star = g++;
        mark = t;
      } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
        ++g;
        ++t;
      } else if (star != std::string_view::npos) {
        g = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    while (g < glob.size() && glob[g] == '*')
      ++g;
    return g == glob.size();
  }

  std::vector<Glob> globs_;
  std::unordered_map<std::string, std::string> last_, anywhere_;  // name -> glob
};

// What no tool should touch without being told to: what other programs run or trust, and secrets.
inline std::vector<std::string> protected_paths() {
  return {"**/.git/**",
          "**/.claude/**",
          "**/.mcp.json",
          "**/.claude.json",
          "**/.env",
          "**/.env.*",
          "**/.envrc",
          "**/.ssh/**",
          "**/.gnupg/**",
          "**/.aws/**",
          "**/.bashrc",
          "**/.bash_profile",
          "**/.bash_login",
          "**/.bash_logout",
          "**/.bash_aliases",
          "**/.profile",
          "**/.zshrc",
          "**/.zshenv",
          "**/.zprofile",
          "**/.zlogin",
          "**/.gitconfig",
          "**/.gitmodules",
          "**/.netrc",
          "**/.npmrc",
          "**/.pypirc",
          "**/.vscode/**",
          "**/.idea/**",
          "**/.husky/**",
          "**/.config/fish/**",
          "**/.kube/**",
          "**/.docker/config.json"};
}

}  // namespace claif::sdk
