#include "backup.hpp"

#include "scan.hpp"

#include <claif/sdk/text.hpp>

#include <filesystem>
#include <set>

#include <openssl/evp.h>
#include <rapidjson/document.h>

namespace claif::store_jsonl {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRecent = 3;
constexpr size_t kDays = 7;
constexpr int64_t kDayMs = 24 * 3'600'000;

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1)
    throw sdk::Error("SHA-256 is not available");
  std::string out;
  for (unsigned int i = 0; i < size; ++i)
    out.append({"0123456789abcdef"[digest[i] >> 4], "0123456789abcdef"[digest[i] & 15]});
  return out;
}

std::string read_whole(const std::string& path) {
  const File file = File::open(path, O_RDONLY);
  if (!file) throw sdk::Error("there is no " + path, CLAIF_E_NOT_FOUND);
  return read_range(file, 0, static_cast<uint64_t>(stat_of(file).st_size));
}

// When it was made: its name begins with that.
int64_t made_ms(const fs::path& backup) {
  int64_t out = -1;
  const std::string name = backup.filename();
  std::from_chars(name.data(), name.data() + name.size(), out);
  return out;
}

std::vector<fs::path> backups_of(const Layout& layout) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(layout.backups(), error))
    if (made_ms(entry.path()) >= 0) out.push_back(entry.path());
  std::sort(out.begin(), out.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(made_ms(a), a) > std::pair(made_ms(b), b);
  });
  return out;
}

void prune(const Layout& layout) {
  std::set<int64_t> days;
  size_t kept = 0;
  for (const fs::path& backup : backups_of(layout)) {
    const bool of_the_day = days.size() < kDays && days.insert(made_ms(backup) / kDayMs).second;
    std::error_code error;
    if (kept++ >= kRecent && !of_the_day) fs::remove_all(backup, error);
  }
}

bool add_file(Backup& backup, const std::string& name, const std::string& session) {
  const Scan found = scan(backup.bytes.back(), {}, session);
  if (found.headless || !found.damage.empty() || found.torn) return false;
  if (name == "active.jsonl") backup.header = found.header;
  for (const Scan::Found& record : found.records)
    backup.records.emplace(record.line.seq, record.line);
  return true;
}

bool read_backup(const Layout& layout, Backup& out) {
  const std::string text = read_whole(out.path + "/manifest.json");
  rapidjson::Document manifest;
  manifest.Parse(text.data(), text.size());
  if (manifest.HasParseError() || !manifest.IsObject() || !manifest.HasMember("files") ||
      !manifest["files"].IsArray())
    return false;
  out.bytes.reserve(manifest["files"].Size());
  for (const auto& file : manifest["files"].GetArray()) {
    if (!file.IsObject() || !file.HasMember("name") || !file["name"].IsString() ||
        !file.HasMember("sha256") || !file["sha256"].IsString())
      return false;
    const std::string name = file["name"].GetString();
    if (name.find('/') != std::string::npos) return false;
    out.bytes.push_back(read_whole(out.path + "/" + name));
    if (sha256(out.bytes.back()) != file["sha256"].GetString()) return false;
    if (!add_file(out, name, layout.session())) return false;
  }
  return !out.bytes.empty();
}

}  // namespace

void make_backup(const Layout& layout, const BackupOf& what) {
  make_directory(layout.folder("backups"));
  make_directory(layout.backups());
  const std::string name = std::to_string(what.now_ms) + "-" + std::to_string(what.records);
  const std::string place = layout.backups() + "/" + name;
  const std::string draft = layout.backups() + "/draft";
  std::error_code error;
  fs::remove_all(draft, error);  // of an earlier attempt
  if (file_exists(place)) return;
  make_directory(draft);
  std::string files;
  const auto note = [&](const std::string& file, std::string_view bytes) {
    files.append(files.empty() ? "" : ",").append(R"({"name":")").append(file);
    files.append(R"(","bytes":)").append(std::to_string(bytes.size()));
    files.append(R"(,"sha256":")").append(sha256(bytes)).append("\"}");
  };
  for (const Segment& segment : what.segments) {
    const std::string file = std::to_string(segment.number) + ".seg";
    if (::link(segment.path.c_str(), (draft + "/" + file).c_str()) != 0)
      throw_errno("cannot link " + segment.path);
    note(file, read_whole(segment.path));
  }
  write_new_file(draft + "/active.jsonl", what.active);
  note("active.jsonl", what.active);
  write_new_file(draft + "/manifest.json", R"({"session":")" + layout.session() +
                                               R"(","records":)" + std::to_string(what.records) +
                                               R"(,"files":[)" + files + "]}\n");
  sync_directory(draft);
  rename_file(draft, place);
  sync_directory(layout.backups());
  prune(layout);
}

std::vector<Backup> good_backups(const Layout& layout) {
  std::vector<Backup> out;
  for (const fs::path& path : backups_of(layout)) {
    Backup backup;
    backup.path = path;
    try {
      if (read_backup(layout, backup)) out.push_back(std::move(backup));
    } catch (const sdk::Error&) {  // it does not count
    }
  }
  return out;
}

}  // namespace claif::store_jsonl
