#include "backup.hpp"

#include "shared/sqlite.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>

#include <sys/stat.h>

namespace claif::store_sqlite {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRecent = 3;
constexpr size_t kDays = 7;
constexpr int64_t kDayMs = 24 * 3'600'000;

int64_t made_ms(const std::string& path) {
  int64_t out = -1;
  const std::string name = fs::path(path).filename();
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), out);
  return error == std::errc{} && std::string_view(end) == ".sqlite" ? out : -1;
}

}  // namespace

std::vector<std::string> backups_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (made_ms(entry.path()) >= 0) out.push_back(entry.path());
  std::sort(out.begin(), out.end(),
            [](const std::string& a, const std::string& b) { return made_ms(a) > made_ms(b); });
  return out;
}

int64_t last_backup_ms(const std::string& folder) {
  const auto all = backups_in(folder);
  return all.empty() ? -1 : made_ms(all.front());
}

void make_backup(const std::string& database, const std::string& folder, int64_t now_ms) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw sdk::Error("cannot create " + folder + ": " + std::generic_category().message(errno));
  const std::string draft = folder + "/draft";
  std::error_code ignored;
  fs::remove(draft, ignored);
  {
    sqlite::Database source(database);
    source.query("VACUUM INTO ?1").bind(1, draft).step();
  }
  {
    sqlite::Database copy(draft);
    auto check = copy.query("PRAGMA quick_check(1)");
    if (!check.step() || check.text(0) != "ok")
      throw sdk::Error("the backup of " + database + " is not whole");
  }
  ::chmod(draft.c_str(), 0600);
  fs::rename(draft, folder + "/" + std::to_string(now_ms) + ".sqlite");
  std::set<int64_t> days;
  size_t kept = 0;
  for (const std::string& backup : backups_in(folder)) {
    const bool of_the_day = days.size() < kDays && days.insert(made_ms(backup) / kDayMs).second;
    if (kept++ >= kRecent && !of_the_day) fs::remove(backup, ignored);
  }
}

}  // namespace claif::store_sqlite
