#include "plugin/trust.hpp"

#include <system_error>
#include <unistd.h>

#include <sys/stat.h>

namespace claif::plugin {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> refuse(const fs::path& path, const std::string& why) {
  return fail(Errc::configuration, path.string() + " " + why);
}

Result<struct stat> status_of(const fs::path& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0)
    return refuse(path, std::string("cannot be read: ") + std::generic_category().message(errno));
  return st;
}

Result<void> check_owner(const fs::path& path, const struct stat& st, bool sticky_allowed) {
  if (st.st_uid != 0 && st.st_uid != ::geteuid())
    return refuse(path, "belongs to another user: chown it to root or to the user that runs claif");
  const bool writable = (st.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (writable && !(sticky_allowed && (st.st_mode & S_ISVTX) != 0))
    return refuse(path, "can be written by others: run chmod go-w " + path.string());
  return {};
}

}  // namespace

Result<void> check_directory(const fs::path& directory) {
  const fs::path absolute = fs::absolute(directory).lexically_normal();
  fs::path so_far;
  for (const fs::path& part : absolute) {
    if (part.empty()) continue;
    so_far /= part;
    CLAIF_TRY(const struct stat st, status_of(so_far));
    if (S_ISLNK(st.st_mode))
      return refuse(so_far, "is a symbolic link: name the real directory " +
                                fs::weakly_canonical(absolute).string());
    if (!S_ISDIR(st.st_mode)) return refuse(so_far, "is not a directory");
    CLAIF_CHECK(check_owner(so_far, st, true));
  }
  return {};
}

Result<void> check_file(const fs::path& file) {
  CLAIF_TRY(const struct stat st, status_of(file));
  if (S_ISLNK(st.st_mode))
    return refuse(file, "is a symbolic link: put the file itself into the plugin directory");
  if (!S_ISREG(st.st_mode)) return refuse(file, "is not a regular file");
  if (st.st_nlink != 1) return refuse(file, "has other hard links: copy it instead of linking it");
  return check_owner(file, st, false);
}

}  // namespace claif::plugin
