#include "approval_cases/workspace.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include <sys/stat.h>

namespace claif::cases {
namespace fs = std::filesystem;
namespace {

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

Result<Workspace> Workspace::create() {
  std::string name = (fs::temp_directory_path() / "claif-case-XXXXXX").string();
  std::error_code error;
  if (::mkdtemp(name.data()) == nullptr || !fs::create_directory(name + "/ws", error) ||
      !fs::create_directory(name + "/out", error))
    return fail(Errc::internal, "no temporary directory for the files of a case: set TMPDIR");
  return Workspace(fs::canonical(name, error));
}

Workspace::~Workspace() {
  std::error_code ignored;
  if (!base_.empty()) fs::remove_all(base_, ignored);
}

std::string Workspace::fill_in(std::string_view json) const {
  return replaced(replaced(std::string(json), "$WS", (base_ / "ws").string()), "$OUT",
                  (base_ / "out").string());
}

Result<void> Workspace::apply(const json::Value& operation) const {
  const auto bad = [&](const std::string& why) {
    return fail(Errc::invalid_request, "the operation " + json::dump(operation) + ' ' + why);
  };
  std::vector<fs::path> paths;
  if (!operation.IsArray() || operation.Empty()) return bad("is none");
  for (const auto& part : operation.GetArray()) {
    if (!part.IsString()) return bad("has a part that is no string");
    paths.emplace_back(std::string(json::text(part)));
  }
  const std::string what = paths.front().string();
  const bool two = what == "symlink" || what == "hardlink" || what == "rename";
  if (paths.size() != (two ? 3u : 2u)) return bad("has the wrong number of parts");
  const fs::path& path = paths[1];
  std::error_code error;
  if (what != "mkdir" && what != "rename") fs::remove_all(path, error);
  if (what != "remove") fs::create_directories(path.parent_path(), error);
  if (what == "file") {
    std::ofstream(path, std::ios::binary) << "x";
    return fs::is_regular_file(path, error) ? Result<void>() : bad("failed");
  }
  if (what == "mkdir")
    fs::create_directories(path, error);
  else if (what == "symlink")
    fs::create_symlink(paths[2], path, error);
  else if (what == "hardlink")
    fs::create_hard_link(paths[2], path, error);
  else if (what == "rename")
    fs::rename(path, paths[2], error);
  else if (what == "fifo" && ::mkfifo(path.c_str(), 0600) != 0)
    error = std::error_code(errno, std::generic_category());
  else if (what != "remove" && what != "fifo")
    return bad("is unknown: file, mkdir, fifo, symlink, hardlink, remove or rename");
  if (error) return bad("failed: " + error.message());
  return {};
}

}  // namespace claif::cases
