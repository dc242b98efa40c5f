// A session store in memory: all of claif.session-store/1, the plain way. Instances with one "dir"
// share what they keep, as those of a real store do.
#pragma once

#include <claif/plugin.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <rapidjson/document.h>

namespace claif::test {

class MemoryStore {
 public:
  static constexpr const char* kIface = CLAIF_SESSION_STORE_ID;

  struct Session {
    std::string epoch;
    uint64_t base = 0;
    std::vector<std::pair<std::string, std::string>> records;  // id, record; the first: number base
    int64_t updated_ms = 0;
    uint64_t described = 0;
    std::string listing, title;
    std::vector<std::string> texts;

    uint64_t count() const { return base == 0 ? records.size() : base - 1 + records.size(); }
    uint64_t number_of(size_t index) const { return (base == 0 ? 1 : base) + index; }
  };
  struct Disk {
    std::mutex mutex;
    std::map<std::string, Session, std::less<>> sessions;
    std::map<std::string, std::pair<int64_t, Session>, std::less<>> trash;  // since when
    uint64_t epochs = 0;
  };

  MemoryStore(sdk::Host host, const sdk::Config& config)
      : host_(host), disk_(disk_of(config.string("dir", ""))) {}

  // What a test does to the operation of that name: before it, or after its work and before its
  // answer. May throw.
  std::function<void(std::string_view)> before, after;
  Disk& disk() { return *disk_; }

  void load(std::string_view id, sdk::Op& op) {
    const Call call(*this, "load");
    for (const auto& [record_id, record] : existing(id).records)
      op.emit(CLAIF_EMIT_RECORD, record);
  }
  void append(std::string_view id, uint64_t expect, std::string_view record, sdk::Op& op) {
    const Call call(*this, "append");
    op.finish(std::to_string(add({expect, id, "r" + std::to_string(++disk_->epochs), "", record})));
  }
  void list(std::string_view cursor, uint32_t limit, sdk::Op& op) {
    find({"", "", cursor, 0, 0, limit}, op);
  }
  void erase(std::string_view id, sdk::Op&) {
    const Call call(*this, "erase");
    disk_->trash.insert_or_assign(std::string(id),
                                  std::pair(host_.wall_ms(), std::move(existing(id))));
    disk_->sessions.erase(disk_->sessions.find(id));
  }

  void read(std::string_view id, uint64_t from, sdk::Op& op) {
    const Call call(*this, "read");
    const Session& session = existing(id);
    uint64_t bytes = 0;
    for (size_t i = 0; i < session.records.size(); ++i) {
      bytes += session.records[i].second.size();
      if (session.number_of(i) > from) op.emit(CLAIF_EMIT_RECORD, session.records[i].second);
    }
    op.finish(R"({"records":)" + std::to_string(session.count()) + R"(,"base":)" +
              std::to_string(session.base) + R"(,"bytes":)" + std::to_string(bytes) +
              R"(,"updated_ms":)" + std::to_string(session.updated_ms) + R"(,"epoch":")" +
              session.epoch + "\"}");
  }
  void append_once(const sdk::AppendOnce& record, sdk::Op& op) {
    const Call call(*this, "append_once");
    check_id(record.id);
    const uint64_t number = add(record);
    if (after) after("append_once");
    op.finish(std::to_string(number));
  }
  void compact(std::string_view id, uint64_t upto, std::string_view record, sdk::Op&) {
    const Call call(*this, "compact");
    check_record(record);
    Session& session = existing(id);
    if (upto == 0 || upto > session.count()) conflict();
    if (upto <= session.base) return;
    const auto gone = static_cast<ptrdiff_t>(upto - session.number_of(0));
    session.records.erase(session.records.begin(), session.records.begin() + gone);
    session.records.front() = {"", std::string(record)};
    session.base = upto;
  }
  void describe(const sdk::Description& d, sdk::Op&) {
    const Call call(*this, "describe");
    Session& session = existing(d.session);
    if ((!d.epoch.empty() && d.epoch != session.epoch) || d.from > session.described) conflict();
    if (d.records < session.described || (d.records == session.described && d.from > 0)) return;
    session.described = d.records;
    session.listing = d.listing;
    session.title = d.title;
    if (d.from == 0) session.texts.clear();
    session.texts.emplace_back(d.text);
  }
  void undescribed(uint32_t limit, sdk::Op& op) {
    const Call call(*this, "undescribed");
    for (const auto& [id, session] : disk_->sessions)
      if (session.described < session.count() && limit-- > 0)
        op.emit(CLAIF_EMIT_ITEM, R"({"id":")" + id + R"(","records":)" +
                                     std::to_string(session.count()) + R"(,"described":)" +
                                     std::to_string(session.described) + "}");
  }
  void find(const sdk::SessionQuery& query, sdk::Op& op) {
    const Call call(*this, "find");
    using Found = std::tuple<int, int64_t, std::string>;  // title first, then the newest
    std::vector<Found> found;
    for (const auto& [id, session] : disk_->sessions)
      if (const int rank = rank_of(session, query); rank > 0)
        found.emplace_back(-rank, -session.updated_ms, id);
    std::sort(found.begin(), found.end());
    size_t at = query.cursor.empty() ? 0 : std::stoul(std::string(query.cursor));
    for (uint32_t n = 0; n < query.limit && at < found.size(); ++n, ++at)
      op.emit(CLAIF_EMIT_ITEM, item(std::get<2>(found[at])));
    if (at < found.size()) op.finish(std::to_string(at));
  }
  void restore(std::string_view id, uint32_t from, sdk::Op& op) {
    const Call call(*this, "restore");
    if (from != CLAIF_RESTORE_TRASH) throw sdk::Error("memory has no backups", CLAIF_E_UNSUPPORTED);
    const auto found = disk_->trash.find(id);
    if (found == disk_->trash.end()) throw sdk::Error("it is not in the trash", CLAIF_E_NOT_FOUND);
    if (disk_->sessions.contains(id)) conflict();
    const uint64_t count = found->second.second.count();
    disk_->sessions.emplace(std::string(id), std::move(found->second.second));
    disk_->trash.erase(found);
    op.finish(std::to_string(count));
  }
  void maintain(uint64_t trash_ms, sdk::Op&) {
    const Call call(*this, "maintain");
    std::erase_if(disk_->trash, [&](const auto& entry) {
      return host_.wall_ms() - entry.second.first >= static_cast<int64_t>(trash_ms);
    });
  }

 private:
  // One operation: alone with the disk, and what the test wants first.
  struct Call {
    Call(MemoryStore& store, std::string_view name) : lock(store.disk_->mutex) {
      if (store.before) store.before(name);
    }
    std::lock_guard<std::mutex> lock;
  };

  static std::shared_ptr<Disk> disk_of(const std::string& dir) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<Disk>> disks;
    if (dir.empty()) return std::make_shared<Disk>();
    const std::lock_guard lock(mutex);
    auto& disk = disks[dir];
    if (!disk) disk = std::make_shared<Disk>();
    return disk;
  }
  [[noreturn]] static void conflict() {
    throw sdk::Error("it has another number of records", CLAIF_E_CONFLICT);
  }
  static void check_id(std::string_view id) {
    if (id.empty() || id.size() > 64 || !std::all_of(id.begin(), id.end(), [](unsigned char c) {
          return std::isalnum(c) != 0 || c == '_' || c == '-';
        }))
      throw sdk::Error("an id has 1 to 64 letters, digits, '_' and '-'", CLAIF_E_ARG);
  }
  static void check_record(std::string_view record) {
    if (!record.starts_with('{') || !record.ends_with('}') || record.find('\n') != record.npos)
      throw sdk::Error("a record is one JSON object on one line", CLAIF_E_ARG);
  }
  Session& existing(std::string_view id) {
    check_id(id);
    const auto found = disk_->sessions.find(id);
    if (found == disk_->sessions.end())
      throw sdk::Error("there is no such session", CLAIF_E_NOT_FOUND);
    return found->second;
  }
  uint64_t add(const sdk::AppendOnce& a) {
    check_id(a.session);
    check_record(a.record);
    const auto found = disk_->sessions.find(a.session);
    const bool there = found != disk_->sessions.end();
    if (there)
      for (size_t i = 0; i < found->second.records.size(); ++i)
        if (found->second.records[i].first == a.id) return found->second.number_of(i);
    if (a.expect != CLAIF_SEQ_ANY && a.expect != (there ? found->second.count() : 0)) conflict();
    if (!a.epoch.empty() && (!there || found->second.epoch != a.epoch)) conflict();
    Session& session = disk_->sessions[std::string(a.session)];
    if (!there) session.epoch = "e" + std::to_string(++disk_->epochs);
    session.records.emplace_back(a.id, a.record);
    session.updated_ms = host_.wall_ms();
    return session.count();
  }
  std::string item(const std::string& id) {
    const Session& session = disk_->sessions.find(id)->second;
    uint64_t bytes = 0;
    for (const auto& [record_id, record] : session.records)
      bytes += record.size();
    return R"({"id":")" + id + R"(","records":)" + std::to_string(session.count()) +
           R"(,"bytes":)" + std::to_string(bytes) + R"(,"updated_ms":)" +
           std::to_string(session.updated_ms) +
           (session.listing.empty() ? "" : R"(,"listing":)" + session.listing) + "}";
  }

  static std::set<std::string> words(std::string_view text) {
    std::set<std::string> out;
    std::string word;
    for (const char c : std::string(text) + " ")
      if (std::isalnum(static_cast<unsigned char>(c)) != 0)
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      else if (!word.empty())
        out.insert(std::exchange(word, {}));
    return out;
  }
  static bool contains(const rapidjson::Value& whole, const rapidjson::Value& part) {
    if (!whole.IsObject() || !part.IsObject()) return whole == part;
    return std::all_of(part.MemberBegin(), part.MemberEnd(), [&](const auto& member) {
      const auto found = whole.FindMember(member.name);
      return found != whole.MemberEnd() && contains(found->value, member.value);
    });
  }
  // 0: it does not match.
  static int rank_of(const Session& session, const sdk::SessionQuery& query) {
    if (query.since_ms != 0 && session.updated_ms < query.since_ms) return 0;
    if (query.until_ms != 0 && session.updated_ms >= query.until_ms) return 0;
    if (!query.match.empty()) {
      rapidjson::Document listing, part;
      listing.Parse(session.listing.data(), session.listing.size());
      if (part.Parse(query.match.data(), query.match.size()).HasParseError() || !part.IsObject())
        throw sdk::Error("'match' is no JSON object", CLAIF_E_ARG);
      if (listing.HasParseError() || !contains(listing, part)) return 0;
    }
    const std::set<std::string> wanted = words(query.text);
    const auto has_all = [&](std::string_view text) {
      const std::set<std::string> has = words(text);
      return std::includes(has.begin(), has.end(), wanted.begin(), wanted.end());
    };
    if (has_all(session.title)) return 2;
    return std::any_of(session.texts.begin(), session.texts.end(), has_all) ? 1 : 0;
  }

  const sdk::Host host_;
  const std::shared_ptr<Disk> disk_;
};

}  // namespace claif::test
