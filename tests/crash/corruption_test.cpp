// Logs of store-jsonl that something else wrote into (reliability.md 2.7, T8): no crash, every
// record that nobody touched is returned, and none is returned that was altered.
#include "crash/amount.hpp"
#include "stores/store_under_test.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

namespace fs = std::filesystem;

constexpr int kRecords = 40;
constexpr char kConfig[] = R"(,"segment_records":12,"backup_appends":0)";

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string record(int i) {
  return R"({"n":)" + std::to_string(i) + R"(,"text":")" +
         std::string(static_cast<size_t>(i * 7 % 90), 'a') + "\"}";
}

class Corrupted : public ::testing::Test {
 protected:
  Corrupted() {
    StoreUnderTest store(host, kind, sound.string(), kConfig);
    for (int i = 1; i <= kRecords; ++i) {
      originals.push_back(record(i));
      EXPECT_EQ(store.append("s", CLAIF_SEQ_ANY, record(i)), CLAIF_OK) << store.text;
    }
    EXPECT_EQ(store.append("other", 0, R"({"n":1,"text":"of another session"})"), CLAIF_OK);
    for (const auto& entry : fs::directory_iterator(sound)) {
      const std::string name = entry.path().filename();
      if (name == "s.jsonl" || name.ends_with(".seg")) files.push_back(name);
    }
    std::sort(files.begin(), files.end());
  }

  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); }

  // Changes `bytes`; what is left is described by `note`.
  void mutate(std::string& bytes, std::string& note) {
    const size_t at = below(bytes.size()),
                 size = 1 + below(std::min<size_t>(300, bytes.size() - at));
    switch (below(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        note = "a bit flipped";
        break;
      case 1:
        bytes.resize(at);
        note = "cut";
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, size));
        note = "a range twice";
        break;
      case 3:
        std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), size, '\0');
        note = "a range of zeros";
        break;
      case 4: {
        const size_t to = below(bytes.size() - size + 1);
        std::swap_ranges(
            bytes.begin() + static_cast<ptrdiff_t>(at),
            bytes.begin() + static_cast<ptrdiff_t>(at + std::min(size, bytes.size() - at)),
            bytes.begin() + static_cast<ptrdiff_t>(std::min(to, bytes.size() - size)));
        note = "two ranges swapped";
        break;
      }
      case 5:
        bytes.erase(at, size);
        note = "a range gone";
        break;
      default:
        bytes = slurp(sound / "other.jsonl");
        note = "the file of another session";
        break;
    }
    note += " at " + std::to_string(at) + ", " + std::to_string(size);
  }

  // The records whose lines stand in `bytes` as they were written.
  std::set<std::string> untouched(const std::string& before, const std::string& after) const {
    std::set<std::string> lines, out;
    for (size_t at = 0; at < after.size();) {
      const size_t end = after.find('\n', at);
      if (end == std::string::npos) break;
      lines.insert(after.substr(at, end - at));
      at = end + 1;
    }
    for (size_t at = 0, n = 0; at < before.size(); ++n) {
      const size_t end = before.find('\n', at);
      const std::string line = before.substr(at, end - at);
      at = end + 1;
      for (const std::string& original : originals)
        if (n > 0 && lines.contains(line) && line.ends_with(R"("msgs":)" + original + "}}"))
          out.insert(original);
    }
    return out;
  }

  TempDir temp;
  testing::FakeHost host;
  const StoreKind kind{"jsonl", built_plugin("store-jsonl"), R"(,"min_free":0)", true};
  const fs::path sound = temp.path() / "sound", broken = temp.path() / "broken";
  std::vector<std::string> originals, files;
  std::mt19937 random{20'260'402};
};

TEST_F(Corrupted, ReturnsWhatNobodyTouchedAndNothingElse) {
  ASSERT_GE(files.size(), 4u);
  const int mutations = amount(250, 5'000);
  for (int i = 0; i < mutations; ++i) {
    fs::remove_all(broken);
    fs::copy(sound, broken, fs::copy_options::recursive);
    fs::permissions(broken, fs::perms::owner_all);
    const std::string name = files[below(files.size())];
    const std::string before = slurp(sound / name);
    std::string bytes = before, note;
    mutate(bytes, note);
    note = name + ": " + note;
    std::ofstream(broken / name, std::ios::binary) << bytes;

    StoreUnderTest store(host, kind, broken.string(), kConfig);
    const claif_status status = store.load("s");
    const std::vector<std::string> loaded = store.records;
    std::set<std::string> wanted(originals.begin(), originals.end());
    const std::set<std::string> left = untouched(before, bytes);
    for (const std::string& original : untouched(before, before))
      if (!left.contains(original)) wanted.erase(original);
    const std::set<std::string> got(loaded.begin(), loaded.end());
    ASSERT_EQ(got.size(), loaded.size()) << note << ": one came twice";
    for (const std::string& one : loaded)
      ASSERT_NE(std::find(originals.begin(), originals.end(), one), originals.end())
          << note << ": altered: " << one;
    if (status == CLAIF_OK) {  // then nothing in the middle is missing
      ASSERT_TRUE(std::equal(loaded.begin(), loaded.end(), originals.begin())) << note;
    } else if (name != "s.jsonl" || bytes.starts_with(before.substr(0, before.find('\n') + 1))) {
      ASSERT_EQ(status, bytes.empty() && loaded.empty() ? status : CLAIF_E_INTERNAL) << note;
    }
    if (status == CLAIF_OK || status == CLAIF_E_INTERNAL) {
      for (const std::string& one : wanted)
        ASSERT_TRUE(got.contains(one)) << note << ": lost " << one << " (" << store.text << ")";
    }
    StoreUnderTest again(host, kind, broken.string(), kConfig);
    ASSERT_EQ(again.load("s"), status) << note;
    ASSERT_EQ(again.records, loaded) << note;
  }
}

}  // namespace
}  // namespace claif::test
