// Where the files of a session are, below the directory of the store:
//   <id>.jsonl                    takes the records
//   <id>.<segment>.seg            full, and not changed any more
//   <id>.lock                     taken in turns; never moved, never removed
//   <id>.torn.<ms>                what a crash left behind
//   backups/<id>/<ms>-<records>/  see backup.hpp
//   trash/<id>.<ms>[...]          erased at that time
//   quarantine/<id>.<hash>.jsonl  damaged files as they were found
#pragma once

#include "file.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace claif::store_jsonl {

struct Segment {
  uint64_t number = 0;
  std::string path;
};

class Layout {
 public:
  Layout(std::string dir, std::string session)
      : dir_(std::move(dir)), session_(std::move(session)) {}

  const std::string& dir() const { return dir_; }
  const std::string& session() const { return session_; }
  std::string path(std::string_view suffix) const { return (dir_ + "/" + session_).append(suffix); }
  std::string active() const { return path(".jsonl"); }
  std::string segment(uint64_t number) const { return path("." + std::to_string(number) + ".seg"); }
  std::string folder(const char* name) const { return dir_ + "/" + name; }
  std::string backups() const { return folder("backups") + "/" + session_; }

  // The sealed files, in order. Segments have consecutive numbers, so that no directory is read.
  std::vector<Segment> segments(uint64_t before) const {
    std::vector<Segment> out;
    for (uint64_t n = before; n-- > 1 && file_exists(segment(n));)
      out.insert(out.begin(), Segment{n, segment(n)});
    return out;
  }
  // The number of the last sealed file, for when the header that tells it is gone; 0: there is
  // none.
  uint64_t last_segment() const {
    uint64_t out = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir_, error)) {
      const std::string name = entry.path().filename();
      if (!name.starts_with(session_ + ".") || !name.ends_with(".seg")) continue;
      uint64_t number = 0;
      std::from_chars(name.data() + session_.size() + 1, name.data() + name.size(), number);
      out = std::max(out, number);
    }
    return out;
  }
  // Files in the trash that begin with this session's id, by the time of their erasure.
  std::vector<std::pair<int64_t, std::string>> trashed() const {
    std::vector<std::pair<int64_t, std::string>> out;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder("trash"), error)) {
      const std::string name = entry.path().filename();
      if (name.size() <= session_.size() + 1 || !name.starts_with(session_) ||
          name[session_.size()] != '.')
        continue;
      if (const int64_t ms = erased_ms(name); ms >= 0) out.emplace_back(ms, name);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  // When a file of the trash was put there; -1: its name does not say.
  static int64_t erased_ms(std::string_view name) {
    int64_t out = -1;
    const size_t dot = name.find('.');
    if (dot != std::string_view::npos)
      std::from_chars(name.data() + dot + 1, name.data() + name.size(), out);
    return out;
  }

 private:
  std::string dir_, session_;
};

// `path`, or with a number behind it when that exists.
inline std::string unused(const std::string& path) {
  std::string out = path;
  for (int n = 1; file_exists(out); ++n)
    out = path + "-" + std::to_string(n);
  return out;
}

}  // namespace claif::store_jsonl
