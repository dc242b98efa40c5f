#include "stores/store_under_test.hpp"

#include "support/memory_store.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

using claif::test::MemoryStore;
CLAIF_PLUGIN(MemoryStore, "claif.store.memory", "0.1.0");

namespace claif::test {

claif_entry_fn built_plugin(const std::string& name) {
  const std::string path = std::string(CLAIF_TEST_PLUGIN_DIR) + "/" + name + ".so";
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  const auto entry = reinterpret_cast<claif_entry_fn>(::dlsym(library, "claif_entry_v1"));
  if (entry == nullptr) throw std::runtime_error(path + " has no entry");
  return entry;
}

std::vector<StoreKind> all_stores() {
  std::vector<StoreKind> out{{"memory", &claif_entry_v1, "", false},
                             {"jsonl", built_plugin("store-jsonl"), R"(,"min_free":0)", true},
                             {"sqlite", built_plugin("store-sqlite"), R"(,"min_free":0)", true}};
  if (const char* server = std::getenv("CLAIF_TEST_POSTGRES"))
    out.push_back({"postgres", built_plugin("store-postgres"), server, false});
  return out;
}

namespace {

// A directory of its own for each test, or a schema.
std::string config_of(const StoreKind& kind, const std::string& dir, const std::string& more) {
  if (kind.name != "postgres") return R"({"dir":")" + dir + "\"" + kind.config + more + "}";
  return R"({"connection":")" + kind.config + R"(","schema":"t_)" +
         std::to_string(std::hash<std::string>()(dir)) + "\"" + more + "}";
}

}  // namespace

StoreUnderTest::StoreUnderTest(testing::FakeHost& host,
                               const StoreKind& kind,
                               const std::string& dir,
                               const std::string& more)
    : plugin_(host.raw(), config_of(kind, dir, more), kind.entry) {
  if (!plugin_.error().empty()) throw std::runtime_error(plugin_.error());
  table_ = plugin_.iface<claif_store_v1>();
}

template <class Call>
claif_status StoreUnderTest::run(Call call) {
  testing::FakeOp op;
  call(plugin_.self(), op.raw());
  EXPECT_EQ(op.finish_count(), 1u);
  records = op.items(CLAIF_EMIT_RECORD);
  items = op.items(CLAIF_EMIT_ITEM);
  text = op.error_text();
  value = op.value().value_or("");
  return op.status();
}

claif_status StoreUnderTest::append(std::string_view session,
                                    uint64_t expect,
                                    std::string_view record) {
  return run([&](void* self, claif_op* op) {
    table_->append(self, sdk::str(session), expect, sdk::str(record), op);
  });
}

claif_status StoreUnderTest::load(std::string_view session) {
  return run([&](void* self, claif_op* op) { table_->load(self, sdk::str(session), op); });
}

claif_status StoreUnderTest::list(std::string_view cursor, uint32_t limit) {
  return run([&](void* self, claif_op* op) { table_->list(self, sdk::str(cursor), limit, op); });
}

claif_status StoreUnderTest::erase(std::string_view session) {
  return run([&](void* self, claif_op* op) { table_->erase(self, sdk::str(session), op); });
}

claif_status StoreUnderTest::read(std::string_view session, uint64_t after) {
  return run([&](void* self, claif_op* op) { table_->read(self, sdk::str(session), after, op); });
}

claif_status StoreUnderTest::append_once(std::string_view session,
                                         uint64_t expect,
                                         std::string_view id,
                                         std::string_view record,
                                         std::string_view epoch) {
  const claif_append raw{
      sizeof raw, 0, expect, sdk::str(session), sdk::str(id), sdk::str(epoch), sdk::str(record)};
  return run([&](void* self, claif_op* op) { table_->append_once(self, &raw, op); });
}

claif_status StoreUnderTest::compact(std::string_view session,
                                     uint64_t upto,
                                     std::string_view record) {
  return run([&](void* self, claif_op* op) {
    table_->compact(self, sdk::str(session), upto, sdk::str(record), op);
  });
}

claif_status StoreUnderTest::describe(std::string_view session,
                                      uint64_t records_,
                                      std::string_view listing,
                                      std::string_view title,
                                      std::string_view text_,
                                      uint64_t from,
                                      std::string_view epoch) {
  const claif_description raw{sizeof raw,        0,
                              records_,          from,
                              sdk::str(session), sdk::str(epoch),
                              sdk::str(listing), sdk::str(title),
                              sdk::str(text_)};
  return run([&](void* self, claif_op* op) { table_->describe(self, &raw, op); });
}

claif_status StoreUnderTest::undescribed(uint32_t limit) {
  return run([&](void* self, claif_op* op) { table_->undescribed(self, limit, op); });
}

claif_status StoreUnderTest::find(const claif_query& query) {
  return run([&](void* self, claif_op* op) { table_->find(self, &query, op); });
}

std::vector<std::string> StoreUnderTest::found(std::string_view words,
                                               std::string_view match,
                                               uint32_t limit) {
  std::vector<std::string> out;
  std::string cursor;
  for (int page = 0; page < 100; ++page) {
    claif_query query{};
    query.size = sizeof query;
    query.text = sdk::str(words);
    query.match = sdk::str(match);
    query.cursor = sdk::str(cursor);
    query.limit = limit;
    EXPECT_EQ(find(query), CLAIF_OK) << text;
    EXPECT_LE(items.size(), limit);
    for (const std::string& item : items)
      out.push_back(member_of(item, "id"));
    if (value.empty()) return out;
    cursor = value;
  }
  ADD_FAILURE() << "pages without an end";
  return out;
}

claif_status StoreUnderTest::restore(std::string_view session, uint32_t from) {
  return run([&](void* self, claif_op* op) { table_->restore(self, sdk::str(session), from, op); });
}

claif_status StoreUnderTest::maintain(uint64_t trash_ms) {
  return run([&](void* self, claif_op* op) { table_->maintain(self, trash_ms, op); });
}

uint64_t StoreUnderTest::count() const {
  return std::stoull(member_of(value, "records"));
}
uint64_t StoreUnderTest::base() const {
  return std::stoull(member_of(value, "base"));
}
std::string StoreUnderTest::epoch() const {
  return member_of(value, "epoch");
}

std::string member_of(const std::string& json, const char* name) {
  rapidjson::Document doc;
  if (doc.Parse(json.data(), json.size()).HasParseError() || !doc.IsObject()) return {};
  const auto found = doc.FindMember(name);
  if (found == doc.MemberEnd()) return {};
  if (found->value.IsString()) return {found->value.GetString(), found->value.GetStringLength()};
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  found->value.Accept(writer);
  return {out.GetString(), out.GetSize()};
}

}  // namespace claif::test
