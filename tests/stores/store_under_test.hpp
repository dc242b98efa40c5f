// A session store as the host sees it: the table of the ABI, with answers as values.
#pragma once

#include <claif/abi/session_store.h>
#include <claif/testing/fake_host.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::test {

// Which store a suite runs against.
struct StoreKind {
  std::string name;
  claif_entry_fn entry = nullptr;
  std::string config;  // JSON members besides "dir", each with a comma before it
  bool makes_backups = true;
};
inline void PrintTo(const StoreKind& kind, std::ostream* out) {
  *out << kind.name;
}

// The entry of the plugin that was built as `<name>.so`; it stays loaded.
claif_entry_fn built_plugin(const std::string& name);
// All that ship, and the fake in memory.
std::vector<StoreKind> all_stores();

// One instance. Its answers are in the members below until the next call.
class StoreUnderTest {
 public:
  StoreUnderTest(testing::FakeHost& host,
                 const StoreKind& kind,
                 const std::string& dir,
                 const std::string& more = "");

  claif_status append(std::string_view session, uint64_t expect, std::string_view record);
  claif_status load(std::string_view session);
  claif_status list(std::string_view cursor, uint32_t limit);
  claif_status erase(std::string_view session);
  claif_status read(std::string_view session, uint64_t after);
  claif_status append_once(std::string_view session,
                           uint64_t expect,
                           std::string_view id,
                           std::string_view record,
                           std::string_view epoch = {});
  claif_status compact(std::string_view session, uint64_t upto, std::string_view record);
  claif_status describe(std::string_view session,
                        uint64_t records,
                        std::string_view listing,
                        std::string_view title = {},
                        std::string_view text = {},
                        uint64_t from = 0,
                        std::string_view epoch = {});
  claif_status undescribed(uint32_t limit = 1000);
  claif_status find(const claif_query& query);
  // The ids of what find emits; all pages of `limit`.
  std::vector<std::string> found(std::string_view text,
                                 std::string_view match = {},
                                 uint32_t limit = 100);
  claif_status restore(std::string_view session, uint32_t from);
  claif_status maintain(uint64_t trash_ms = 24 * 3'600'000);

  // Of the blob of the last read.
  uint64_t count() const;
  uint64_t base() const;
  std::string epoch() const;

  std::vector<std::string> records, items;
  std::string text, value;
  const claif_store_v1& table() const { return *table_; }

 private:
  template <class Call>
  claif_status run(Call call);

  testing::PluginUnderTest plugin_;
  const claif_store_v1* table_ = nullptr;
};

// A member of a flat JSON object as text; empty: it has none.
std::string member_of(const std::string& json, const char* name);

}  // namespace claif::test
