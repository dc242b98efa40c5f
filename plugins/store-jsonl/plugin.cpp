#include "catalogue.hpp"
#include "log.hpp"
#include "shared/session_rules.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/vfs.h>

namespace {

using namespace claif;
using namespace claif::store_jsonl;
namespace fs = std::filesystem;

class JsonlStore {
 public:
  static constexpr bool kBlocking = true;
  static constexpr const char* kNeeds[] = {CLAIF_CLOCK_ID, CLAIF_RANDOM_ID, nullptr};
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["dir"],
    "properties": {
      "dir": {
        "description": "Directory of the session files; created if it is missing",
        "type": "string", "minLength": 1
      },
      "min_free": {
        "description": "Free disk space below which nothing is appended; default 64MiB",
        "type": ["string", "integer"]
      },
      "lock_timeout": {
        "description": "How long to wait for another process that uses the session; default 2s",
        "type": ["string", "integer"]
      },
      "segment_bytes": {
        "description": "Size at which a file is sealed and the next one begun; default 8MiB",
        "type": ["string", "integer"]
      },
      "segment_records": {
        "description": "Number of records at which a file is sealed; default 4096",
        "type": "integer", "minimum": 1
      },
      "backup_appends": {
        "description": "A session is backed up after so many appends; 0: never; default 100",
        "type": "integer", "minimum": 0
      },
      "backup_time": {
        "description": "... and with an append after this time; default 5m",
        "type": ["string", "integer"]
      },
      "network_fs": {
        "description": "Take a directory on a network file system, whose locks may not hold",
        "type": "boolean"
      }
    }
  })";

  JsonlStore(sdk::Host host, const sdk::Config& config)
      : host_(host), settings_(settings_of(config)), catalogue_(host, settings_.dir) {
    make_private_directory();
    if (!config.boolean("network_fs", false)) refuse_network();
    purge_trash(kTrashMs);
  }

  void load(std::string_view session, sdk::Op& op) { emit(log(session)->read(0), session, op); }

  void read(std::string_view session, uint64_t after, sdk::Op& op) {
    const Loaded loaded = log(session)->read(after);
    emit(loaded, session, op);
    const Facts& facts = loaded.facts;
    op.finish(R"({"records":)" + std::to_string(facts.records) + R"(,"base":)" +
              std::to_string(facts.base) + R"(,"bytes":)" + std::to_string(facts.bytes) +
              R"(,"updated_ms":)" + std::to_string(facts.updated_ms) + R"(,"epoch":")" +
              facts.epoch + "\"}");
  }

  void append(std::string_view session, uint64_t expect, std::string_view record, sdk::Op& op) {
    add({expect, session, {}, {}, record}, op);
  }

  void append_once(const sdk::AppendOnce& record, sdk::Op& op) {
    stores::require_record_id(record.id);
    add(record, op);
  }

  void compact(std::string_view session, uint64_t upto, std::string_view record, sdk::Op&) {
    stores::require_record(record);
    log(session)->compact(upto, record);
  }

  void list(std::string_view cursor, uint32_t limit, sdk::Op& op) {
    find({{}, {}, cursor, 0, 0, limit}, op);
  }

  void describe(const sdk::Description& description, sdk::Op&) {
    const Facts facts = log(description.session)->facts();
    catalogue_.describe(facts, description);
  }

  void undescribed(uint32_t limit, sdk::Op& op) {
    catalogue_.undescribed(limit, [&](std::string_view item) { emit_item(item, op); });
  }

  void find(const sdk::SessionQuery& query, sdk::Op& op) {
    std::string next = catalogue_.find(query, [&](std::string_view item) { emit_item(item, op); });
    if (!next.empty()) op.finish(std::move(next));
  }

  void erase(std::string_view session, sdk::Op&) { log(session)->erase(); }

  void restore(std::string_view session, uint32_t from, sdk::Op& op) {
    const auto found = log(session);
    if (from == CLAIF_RESTORE_TRASH)
      op.finish(std::to_string(found->restore_from_trash()));
    else if (from == CLAIF_RESTORE_BACKUP)
      op.finish(std::to_string(found->restore_from_backup()));
    else
      throw sdk::Error("sessions are restored from the trash or from a backup",
                       CLAIF_E_UNSUPPORTED);
  }

  void maintain(uint64_t trash_ms, sdk::Op&) {
    purge_trash(static_cast<int64_t>(std::min<uint64_t>(trash_ms, INT64_MAX)));
    std::vector<std::shared_ptr<SessionLog>> known;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, one] : logs_)
        known.push_back(one);
    }
    for (const auto& one : known)
      one->back_up_if_due();
  }

 private:
  static constexpr size_t kMaxOpen = 512;
  static constexpr int64_t kTrashMs = 24 * 3'600'000;

  static StoreSettings settings_of(const sdk::Config& config) {
    StoreSettings out;
    out.dir = config.string("dir");
    out.min_free = config.bytes("min_free", uint64_t{64} << 20);
    out.lock_timeout = std::chrono::milliseconds(config.duration_ms("lock_timeout", 2000));
    out.segment_bytes = config.bytes("segment_bytes", out.segment_bytes);
    out.segment_records = static_cast<uint64_t>(
        config.integer("segment_records", static_cast<int64_t>(out.segment_records)));
    out.backup_appends = static_cast<uint64_t>(
        config.integer("backup_appends", static_cast<int64_t>(out.backup_appends)));
    out.backup_time = std::chrono::milliseconds(
        config.duration_ms("backup_time", static_cast<uint64_t>(out.backup_time.count())));
    return out;
  }

  void add(const sdk::AppendOnce& record, sdk::Op& op) {
    stores::require_record(record.record);
    const auto found = log(record.session);
    op.finish(std::to_string(found->append(record)));
    found->back_up_if_due();  // not on the time of who appends
  }

  static void emit_item(std::string_view item, sdk::Op& op) {
    if (op.emit(CLAIF_EMIT_ITEM, item) == CLAIF_E_CANCELLED)
      throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
  }

  void emit(const Loaded& loaded, std::string_view session, sdk::Op& op) const {
    for (const auto& [number, record] : loaded.records)
      if (op.emit(CLAIF_EMIT_RECORD, record.record) == CLAIF_E_CANCELLED)
        throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
    if (!loaded.damage.empty())
      throw sdk::Error("session '" + std::string(session) + "' is damaged: " + loaded.damage +
                       "; a copy is in " + settings_.dir + "/quarantine");
  }

  // Shared with the calls that are using it; the map forgets logs that nobody uses when it grows.
  std::shared_ptr<SessionLog> log(std::string_view session) {
    stores::require_session_id(session);
    const std::lock_guard lock(mutex_);
    if (const auto found = logs_.find(session); found != logs_.end()) return found->second;
    if (logs_.size() >= kMaxOpen)
      std::erase_if(logs_, [](const auto& entry) {
        return entry.second.use_count() == 1 && !entry.second->poisoned();
      });
    auto made = std::make_shared<SessionLog>(host_, settings_, std::string(session));
    logs_.emplace(session, made);
    return made;
  }

  void make_private_directory() const {
    std::error_code error;
    const fs::path dir = settings_.dir;
    if (dir.has_parent_path()) fs::create_directories(dir.parent_path(), error);
    if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST)
      throw_errno("cannot create " + settings_.dir);
    struct stat info {};
    if (::stat(dir.c_str(), &info) != 0) throw_errno("cannot use " + settings_.dir);
    if (!S_ISDIR(info.st_mode))
      throw sdk::Error("'dir' is not a directory: " + settings_.dir, CLAIF_E_ARG);
    if ((info.st_mode & 0022u) != 0)
      throw sdk::Error("others may write to " + settings_.dir + "; run chmod 700 on it",
                       CLAIF_E_ARG);
  }

  void refuse_network() const {
    struct statfs info {};
    if (::statfs(settings_.dir.c_str(), &info) != 0) throw_errno("cannot use " + settings_.dir);
    const auto type = static_cast<uint32_t>(info.f_type);
    for (const uint32_t network : {0x6969u, 0x517Bu, 0xFF534D42u, 0xFE534D42u, 0x00C36400u})
      if (type == network)
        throw sdk::Error(settings_.dir +
                             " is on a network file system, where locks and syncs may "
                             "not hold: use another 'dir', or set 'network_fs'",
                         CLAIF_E_ARG);
  }

  void purge_trash(int64_t trash_ms) const {
    std::error_code error;
    const int64_t now = host_.wall_ms();
    for (const fs::directory_entry& entry :
         fs::directory_iterator(settings_.dir + "/trash", error)) {
      const int64_t erased_ms = Layout::erased_ms(entry.path().filename().string());
      if (erased_ms >= 0 && now - erased_ms >= trash_ms) fs::remove_all(entry.path(), error);
    }
  }

  const sdk::Host host_;
  const StoreSettings settings_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<SessionLog>, std::less<>> logs_;
  Catalogue catalogue_;
};

}  // namespace

CLAIF_PLUGIN(JsonlStore, "claif.store.jsonl", "0.1.0");
