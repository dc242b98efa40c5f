// Backups of the whole database: backups/<ms>.sqlite, three of the last and the last of each of
// seven days. A backup counts when SQLite finds it whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace claif::store_sqlite {

// Throws when it cannot be made, or is not whole.
void make_backup(const std::string& database, const std::string& folder, int64_t now_ms);
// The newest first; -1 where there is none.
std::vector<std::string> backups_in(const std::string& folder);
int64_t last_backup_ms(const std::string& folder);

}  // namespace claif::store_sqlite
