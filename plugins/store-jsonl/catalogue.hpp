// The catalogue of a directory of sessions: catalogue.sqlite, for lists and searches. All of it can
// be made again, from the logs and by descriptions: after any fault it is deleted and begun anew.
#pragma once

#include "layout.hpp"
#include "shared/session_table.hpp"

#include <claif/sdk/host.hpp>
#include <claif/sdk/session_store.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace claif::store_jsonl {

struct Facts;

// Other processes may use the same file. [any]
class Catalogue {
 public:
  Catalogue(sdk::Host host, std::string dir) : host_(host), dir_(std::move(dir)) {}

  using Emit = stores::SessionTable::Emit;
  // What the log says of the session, then what the host says.
  void describe(const Facts& facts, const sdk::Description& description);
  void undescribed(uint32_t limit, const Emit& emit);
  std::string find(const sdk::SessionQuery& query, const Emit& emit);

 private:
  struct Open {
    explicit Open(const std::string& path) : db(path) {}
    sqlite::Database db;
    std::unique_ptr<stores::SessionTable> table;
    uint64_t inode = 0;
  };

  // Runs `work` on a table of all sessions; once more with a new one when the old one is broken.
  void with_table(const std::function<void(Open&)>& work);
  void with_open(const std::function<void(Open&)>& work);
  Open& open();
  void begin_anew();
  // Brings the table up to date with the directory.
  void reconcile(Open& catalogue);

  const sdk::Host host_;
  const std::string dir_;
  std::mutex mutex_;
  std::unique_ptr<Open> open_;
};

}  // namespace claif::store_jsonl
