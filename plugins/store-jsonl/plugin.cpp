#include "log.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

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
      }
    }
  })";

  JsonlStore(sdk::Host host, const sdk::Config& config)
      : host_(host),
        settings_{config.string("dir"), config.bytes("min_free", uint64_t{64} << 20),
                  std::chrono::milliseconds(config.duration_ms("lock_timeout", 2000))} {
    make_private_directory();
    purge_trash();
  }

  void load(std::string_view session, sdk::Op& op) {
    const Loaded loaded = log(session)->load();
    for (const std::string_view record : loaded.scan.records)
      if (op.emit(CLAIF_EMIT_RECORD, record) == CLAIF_E_CANCELLED)
        throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
    if (!loaded.scan.damage.empty())
      throw sdk::Error("session '" + std::string(session) + "' is damaged: " + loaded.scan.damage +
                       "; a copy is in " + settings_.dir + "/quarantine");
  }

  void append(std::string_view session, uint64_t expect, std::string_view record, sdk::Op& op) {
    if (!record.starts_with('{') || !record.ends_with('}') ||
        record.find('\n') != std::string_view::npos)
      throw sdk::Error("a record must be one JSON object without line feeds", CLAIF_E_ARG);
    op.finish(std::to_string(log(session)->append(expect, record)));
  }

  void list(std::string_view cursor, uint32_t limit, sdk::Op& op) {
    std::vector<Listed> all = sessions();
    std::sort(all.begin(), all.end());
    auto from = all.begin();
    if (!cursor.empty()) from = std::upper_bound(all.begin(), all.end(), read_cursor(cursor));
    const auto to = from + std::min<std::ptrdiff_t>(limit, all.end() - from);
    for (auto it = from; it != to; ++it)
      if (op.emit(CLAIF_EMIT_ITEM, describe(*it)) == CLAIF_E_CANCELLED)
        throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
    if (to != all.end() && to != from)
      op.finish(std::to_string((to - 1)->modified_ns) + ":" + (to - 1)->id);
  }

  void erase(std::string_view session, sdk::Op&) {
    log(session)->erase();
    purge_trash();
  }

 private:
  static constexpr size_t kMaxOpen = 4096;
  static constexpr int64_t kTrashMs = 24 * 3'600'000;

  // Newest first, then by id.
  struct Listed {
    int64_t modified_ns = 0;
    std::string id;
    uint64_t bytes = 0;
    bool operator<(const Listed& other) const {
      return modified_ns != other.modified_ns ? modified_ns > other.modified_ns : id < other.id;
    }
  };

  static bool is_session_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    });
  }

  // Shared with the calls that are using it; the map forgets logs that nobody uses when it grows.
  std::shared_ptr<SessionLog> log(std::string_view session) {
    if (!is_session_id(session))
      throw sdk::Error("a session id has 1 to 64 letters, digits, '_' and '-'", CLAIF_E_ARG);
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

  // Erased sessions leave the disk a day after.
  void purge_trash() const {
    std::error_code error;
    const int64_t now = host_.wall_ms();
    for (const fs::directory_entry& entry :
         fs::directory_iterator(settings_.dir + "/trash", error)) {
      const std::string name = entry.path().filename();
      const size_t dot = name.find('.');
      int64_t erased_ms = now;
      if (dot != std::string::npos)
        std::from_chars(name.data() + dot + 1, name.data() + name.size(), erased_ms);
      if (now - erased_ms >= kTrashMs) fs::remove(entry.path(), error);
    }
  }

  std::vector<Listed> sessions() const {
    std::vector<Listed> out;
    for (const fs::directory_entry& entry : fs::directory_iterator(settings_.dir)) {
      struct stat info {};
      if (entry.path().extension() != ".jsonl" || ::lstat(entry.path().c_str(), &info) != 0 ||
          !S_ISREG(info.st_mode))
        continue;
      std::string id = entry.path().stem();
      if (!is_session_id(id)) continue;
      out.push_back({int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
                     std::move(id), static_cast<uint64_t>(info.st_size)});
    }
    return out;
  }

  static Listed read_cursor(std::string_view cursor) {
    Listed out;
    const auto [end, error] =
        std::from_chars(cursor.data(), cursor.data() + cursor.size(), out.modified_ns);
    const std::string_view rest = cursor.substr(static_cast<size_t>(end - cursor.data()));
    if (error != std::errc{} || !rest.starts_with(':'))
      throw sdk::Error("'" + std::string(cursor) + "' is no cursor of a session list", CLAIF_E_ARG);
    out.id = rest.substr(1);
    return out;
  }

  std::string describe(const Listed& session) const {
    return R"({"id":")" + session.id + R"(","records":)" + std::to_string(count_records(session)) +
           R"(,"bytes":)" + std::to_string(session.bytes) + R"(,"updated_ms":)" +
           std::to_string(session.modified_ns / 1'000'000) + "}";
  }

  // The sequence number of the last good line, found from the end. 0 when it went away meanwhile.
  uint64_t count_records(const Listed& session) const {
    const File file = File::open(settings_.dir + "/" + session.id + ".jsonl", O_RDONLY);
    if (!file) return 0;
    for (uint64_t window = 1 << 16;; window *= 8) {
      const uint64_t size = std::min(window, session.bytes);
      const std::string bytes = read_range(file, session.bytes - size, size);
      std::string_view rest = bytes;
      while (const size_t end = rest.rfind('\n') + 1) {
        rest = rest.substr(0, end - 1);
        const auto record = read_record(rest.substr(rest.rfind('\n') + 1));
        if (record) return record->seq;
      }
      if (size == session.bytes) return 0;
    }
  }

  const sdk::Host host_;
  const StoreSettings settings_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<SessionLog>, std::less<>> logs_;
};

}  // namespace

CLAIF_PLUGIN(JsonlStore, "claif.store.jsonl", "0.1.0");
