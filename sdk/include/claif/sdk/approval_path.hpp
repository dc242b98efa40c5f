// Paths that a tool wants to touch, below one root (G8). The text is judged first, because another
// program may read it differently; then the path is walked, one descriptor after the other, as far
// as it exists.
#pragma once

#include <claif/sdk/approval_glob.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace claif::sdk {

// An owned descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

namespace detail {

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

inline std::string percent_decoded(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    const int high = s[i] == '%' && i + 2 < s.size() ? hex_digit(s[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(s[i + 2]) : -1;
    if (low >= 0) i += 2;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : s[i];
  }
  return out;
}

struct PathShape {
  ptrdiff_t slashes, parents;
  friend bool operator==(const PathShape&, const PathShape&) = default;
};
inline PathShape shape_of(std::string_view path) {
  const auto segments = path_segments(path);
  return {std::count(path.begin(), path.end(), '/'),
          std::count(segments.begin(), segments.end(), "..")};
}

inline bool has_scheme(std::string_view path) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (path.empty() || !letter(path[0])) return false;
  size_t i = 1;
  while (i < path.size() && (letter(path[i]) || hex_digit(path[i]) >= 0 || path[i] == '+' ||
                             path[i] == '-' || path[i] == '.'))
    ++i;
  return i < path.size() && path[i] == ':';
}

// Of one form of the text. Empty: nothing is wrong with it.
inline std::string form_defect(std::string_view path) {
  if (!is_plain(path)) return "has control or invisible characters, or is not UTF-8";
  if (path.find('\\') != std::string_view::npos) return "has a backslash";
  if (path.starts_with('~') || path.starts_with('$')) return "begins with ~ or $";
  if (path.starts_with(' ')) return "begins with a blank";
  if (has_scheme(path)) return "begins like a URL";
  for (const std::string& segment : path_segments(path))
    if (segment != ".." && segment.find_first_not_of(". ") == std::string::npos)
      return "has a part of dots and blanks";
  return {};
}

}  // namespace detail

// The forms in which a program may read `path`: as it is, percent-decoded, by NFKC, and so on until
// nothing changes. Throws Error when one of them is another path than the text says, or no path
// that is fit to be checked.
inline std::vector<std::string> path_forms(std::string_view path) {
  constexpr size_t kMostForms = 6;
  if (path.empty()) throw Error("the path is empty", CLAIF_E_ARG);
  if (path.size() > 4096) throw Error("the path is longer than 4096 bytes", CLAIF_E_ARG);
  std::vector<std::string> forms;
  for (std::string form(path);;) {
    if (const std::string why = detail::form_defect(form); !why.empty())
      throw Error("the path " + why, CLAIF_E_ARG);
    if (detail::shape_of(form) != detail::shape_of(path))
      throw Error("the path hides a slash or a '..'", CLAIF_E_ARG);
    std::string next = nfkc(detail::percent_decoded(form));
    const bool last = next == form;
    forms.push_back(std::exchange(form, std::move(next)));
    if (last) return forms;
    if (forms.size() == kMostForms) throw Error("the path is encoded too often", CLAIF_E_ARG);
  }
}

// Where a path leads, below the root.
struct PathTarget {
  std::string canonical;            // relative to the root, without links; "." is the root
  std::optional<struct stat> file;  // empty: it does not exist
};

// A directory below which paths are resolved. Immutable, thread-safe; every call makes system calls
// of the file system.
class PathRoot {
 public:
  // `root` is absolute and exists; throws Error otherwise.
  explicit PathRoot(const std::string& root) : named_(path_segments(root)) {
    if (!root.starts_with('/')) throw Error("'root' must be an absolute path", CLAIF_E_ARG);
    fd_ = Descriptor(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (fd_.get() < 0)
      throw Error("'root' " + root + " cannot be opened: " + std::strerror(errno), CLAIF_E_ARG);
    const std::string link = "/proc/self/fd/" + std::to_string(fd_.get());
    real_ = path_segments(read_link(AT_FDCWD, link.c_str()));
  }

  // Follows `path`, and the links in it, as long as they stay below the root. Throws Error when
  // they do not, or when it cannot be told.
  PathTarget resolve(std::string_view path) const {
    std::vector<std::string> ahead = below(path);
    std::reverse(ahead.begin(), ahead.end());  // the next one last
    const bool directory = path.ends_with('/');
    std::vector<Step> steps;
    for (unsigned links = 0; !ahead.empty();) {
      const std::string name = std::move(ahead.back());
      ahead.pop_back();
      if (name == "..") {
        if (steps.empty()) throw Error("the path leaves the root", CLAIF_E_ARG);
        if (!S_ISDIR(steps.back().info.st_mode))
          throw Error("the path goes up from what is no directory", CLAIF_E_ARG);
        steps.pop_back();
        continue;
      }
      Step step{name, open_beneath(steps.empty() ? fd_.get() : steps.back().fd.get(), name), {}};
      if (step.fd.get() < 0 && errno == ENOENT) return absent(steps, name, ahead);
      if (step.fd.get() < 0 || ::fstat(step.fd.get(), &step.info) != 0)
        throw Error("the path cannot be followed: " + std::string(std::strerror(errno)),
                    CLAIF_E_ARG);
      if (S_ISLNK(step.info.st_mode)) {
        if (++links > 40) throw Error("the path has too many links", CLAIF_E_ARG);
        const std::string to = read_link(step.fd.get(), "");
        if (to.starts_with('/')) steps.clear();
        std::vector<std::string> inserted = below(to);
        ahead.insert(ahead.end(), inserted.rbegin(), inserted.rend());
        continue;
      }
      steps.push_back(std::move(step));
    }
    PathTarget out{joined(steps), {}};
    if (!steps.empty()) out.file = steps.back().info;
    if (steps.empty()) {
      struct stat info {};
      if (::fstat(fd_.get(), &info) != 0) throw Error("the root cannot be read", CLAIF_E_ARG);
      out.file = info;
    }
    if (directory && !S_ISDIR(out.file->st_mode))
      throw Error("the path ends in a slash, but leads to no directory", CLAIF_E_ARG);
    return out;
  }

 private:
  struct Step {
    std::string name;
    Descriptor fd;
    struct stat info;
  };

  // The segments of `path` from the root on.
  std::vector<std::string> below(std::string_view path) const {
    std::vector<std::string> segments = path_segments(path);
    if (!path.starts_with('/')) return segments;
    for (const auto* root : {&named_, &real_})
      if (segments.size() >= root->size() &&
          std::equal(root->begin(), root->end(), segments.begin())) {
        segments.erase(segments.begin(), segments.begin() + static_cast<ptrdiff_t>(root->size()));
        return segments;
      }
    throw Error("the path is outside of the root", CLAIF_E_ARG);
  }
  static Descriptor open_beneath(int directory, const std::string& name) {
    open_how how{};
    how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Descriptor(
        static_cast<int>(::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how)));
  }
  static std::string read_link(int fd, const char* name) {
    char text[4097];
    const ssize_t n = ::readlinkat(fd, name, text, sizeof text);
    if (n <= 0 || n == sizeof text) throw Error("a link cannot be read", CLAIF_E_ARG);
    return {text, static_cast<size_t>(n)};
  }
  static std::string joined(const std::vector<Step>& steps) {
    std::string out;
    for (const Step& step : steps)
      (out += out.empty() ? "" : "/") += step.name;
    return out.empty() ? "." : out;
  }
  // What does not exist may have names only after it: nobody can tell where its ".." leads.
  static PathTarget absent(const std::vector<Step>& steps,
                           const std::string& name,
                           const std::vector<std::string>& ahead) {
    std::string out = steps.empty() ? name : joined(steps) + "/" + name;
    for (auto next = ahead.rbegin(); next != ahead.rend(); ++next) {
      if (*next == "..") throw Error("the path goes up from what does not exist", CLAIF_E_ARG);
      out += "/" + *next;
    }
    return {std::move(out), std::nullopt};
  }

  std::vector<std::string> named_, real_;  // the root as it is configured, and without links
  Descriptor fd_;
};

// Throws Error, with the glob, when `path` is denied.
inline void refuse_denied(const DenyGlobs& deny, std::string_view path) {
  if (const std::string* glob = deny.match(path); glob != nullptr)
    throw Error("the path is protected by '" + *glob + "'", CLAIF_E_ARG);
}

}  // namespace claif::sdk
