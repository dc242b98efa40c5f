#include "plugin/loader.hpp"

#include "base/ids.hpp"
#include "base/sha256.hpp"
#include "plugin/elf.hpp"
#include "plugin/trust.hpp"

#include <algorithm>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <sys/stat.h>

namespace claif::plugin {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFile = 256u * 1024 * 1024;

// Reads the file through one descriptor, so that what was read is what is checked and staged.
Result<std::string> read_once(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return fail(Errc::configuration,
                file.string() + " cannot be opened: " + std::generic_category().message(errno));
  std::string out;
  struct stat st {};
  if (::fstat(fd, &st) == 0 && st.st_size > 0 && static_cast<size_t>(st.st_size) <= kMaxFile)
    out.resize(static_cast<size_t>(st.st_size));
  size_t have = 0;
  while (have < out.size()) {
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): plugins load one at a time
    const ssize_t n = ::read(fd, out.data() + have, out.size() - have);
    if (n <= 0) break;
    have += static_cast<size_t>(n);
  }
  ::close(fd);
  if (out.empty() || have != out.size())
    return fail(Errc::configuration,
                file.string() + " is empty, cut off while it was read, or over 256 MiB");
  return out;
}

Result<void> check_symbols(const fs::path& file, std::string_view bytes) {
  const auto facts = inspect_elf(bytes);
  if (!facts) return fail(Errc::configuration, file.string() + " " + facts.error().message);
  if (!facts->has_function("claif_entry_v1"))
    return fail(Errc::configuration,
                file.string() +
                    " has no function claif_entry_v1, so it is no claif plugin: "
                    "end its source with CLAIF_PLUGIN(...)");
  if (!facts->unique.empty())
    return fail(Errc::configuration,
                file.string() + " exports GNU_UNIQUE symbols (" + facts->unique.front() +
                    "), which could never be unloaded: build it with claif_add_plugin()");
  return {};
}

}  // namespace

Loader::Loader(std::vector<fs::path> directories,
               fs::path staging,
               std::span<const StaticPlugin> linked)
    : directories_(std::move(directories)), staging_(std::move(staging)), linked_(linked) {}

Result<std::shared_ptr<Module>> Loader::load(std::string_view kind, std::string_view use) {
  const std::string name = std::string(kind) + "-" + std::string(use);
  for (const StaticPlugin& plugin : linked_)
    if (plugin.name == name || use == plugin.name) return Module::link(plugin);
  if (use.find('/') != std::string_view::npos)
    return fail(Errc::configuration, "'" + std::string(use) +
                                         "' is a path: put the file into a plugin directory "
                                         "(--plugin-dir) and name it without .so");
  const std::lock_guard lock(mutex_);
  for (const fs::path& directory : directories_) {
    for (const auto& candidate : {name, std::string(use)}) {
      const fs::path file = directory / (candidate + ".so");
      std::error_code ignored;
      if (fs::symlink_status(file, ignored).type() == fs::file_type::not_found) continue;
      CLAIF_CHECK(check_directory(directory));
      return load_file(fs::absolute(file));
    }
  }
  std::string searched;
  for (const fs::path& directory : directories_)
    searched += (searched.empty() ? "" : ", ") + directory.string();
  return fail(
      Errc::configuration,
      "there is no plugin " + name + ".so in " +
          (searched.empty() ? "any directory: none is configured (--plugin-dir)" : searched));
}

Result<std::shared_ptr<Module>> Loader::load_file(const fs::path& file) {
  CLAIF_CHECK(check_file(file));
  CLAIF_TRY(const std::string bytes, read_once(file));
  const std::string digest = hex(sha256(bytes));
  const std::string path = file.string();
  if (const auto found = loaded_.find(path);
      found != loaded_.end() && found->second.digest == digest)
    if (auto module = found->second.module.lock()) return module;
  CLAIF_CHECK(check_symbols(file, bytes));
  CLAIF_TRY(const fs::path staged, stage(file, bytes, digest));
  CLAIF_TRY(auto module, Module::load(staged, path));
  const std::string id = module->descriptor().id;
  std::error_code ignored;
  if (const auto owner = id_owners_.find(id);
      owner != id_owners_.end() && owner->second != path && fs::exists(owner->second, ignored))
    return fail(Errc::configuration, path + " has the id '" + id + "', which " + owner->second +
                                         " has already: remove one of them");
  id_owners_[id] = path;
  loaded_[path] = {module, digest};
  return module;
}

Result<fs::path> Loader::stage(const fs::path& file,
                               std::string_view bytes,
                               const std::string& digest) {
  const auto refuse = [&](const std::string& what) {
    return fail(Errc::configuration, "cannot stage " + file.string() + " in " + staging_.string() +
                                         ": " + what + ": " +
                                         std::generic_category().message(errno));
  };
  std::error_code ignored;
  fs::create_directories(staging_.parent_path(), ignored);
  if (::mkdir(staging_.c_str(), 0700) != 0 && errno != EEXIST) return refuse("mkdir");
  struct stat st {};
  if (::lstat(staging_.c_str(), &st) != 0) return refuse("stat");
  if (!S_ISDIR(st.st_mode) || st.st_uid != ::geteuid() || (st.st_mode & 077) != 0)
    return fail(Errc::configuration, "plugins are not staged in " + staging_.string() +
                                         ", because it is not a directory of this user alone: "
                                         "remove it, or run chmod 700 on it");
  // A name of its own for every load: dlopen knows a file by its name, and would give back the old
  // one.
  fs::path target = staging_ / (digest.substr(0, 16) + "-" + std::to_string(::getpid()) + "-" +
                                std::to_string(next_number()) + "-" + file.filename().string());
  const int fd = ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
  if (fd < 0) return refuse("open");
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  ::close(fd);
  if (done != bytes.size()) {
    auto error = refuse("write");
    fs::remove(target, ignored);
    return error;
  }
  return target;
}

Finding Loader::describe(const fs::path& file) {
  Finding out;
  out.name = file.stem().string();
  out.origin = fs::absolute(file).string();
  auto module = [&]() -> Result<std::shared_ptr<Module>> {
    CLAIF_CHECK(check_directory(file.parent_path()));
    return load_file(fs::absolute(file));
  }();
  if (!module) {
    out.refusal = module.error().message;
    return out;
  }
  const claif_descriptor& d = (*module)->descriptor();
  out.id = d.id;
  out.version = d.version;
  for (const char* const* p = d.provides; *p != nullptr; ++p)
    out.provides.emplace_back(*p);
  return out;
}

std::vector<Finding> Loader::scan() {
  const std::lock_guard lock(mutex_);
  std::vector<Finding> out;
  for (const StaticPlugin& plugin : linked_) {
    const claif_entry* const entry = plugin.entry(CLAIF_ABI_MINOR);
    if (entry != nullptr)
      out.push_back({std::string(plugin.name),
                     "linked in",
                     entry->desc->id,
                     entry->desc->version,
                     {entry->desc->provides[0]},
                     {}});
  }
  for (const fs::path& directory : directories_) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory, error))
      if (entry.path().extension() == ".so") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files)
      out.push_back(describe(file));
  }
  return out;
}

Finding Loader::explain(std::string_view name) {
  for (Finding& finding : scan())
    if (finding.name == name || finding.id == name || finding.origin == name)
      return std::move(finding);
  Finding out;
  out.name = name;
  out.refusal = "no plugin directory has a file or an id '" + std::string(name) + "'";
  return out;
}

}  // namespace claif::plugin
