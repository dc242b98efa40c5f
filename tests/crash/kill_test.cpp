// Writers are killed at any moment (reliability.md 2.7, T1). What was acknowledged is there, once
// and in order; what was not is there once or not at all.
#include "crash/amount.hpp"
#include "stores/store_under_test.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

namespace claif::test {
namespace {

constexpr int kWriters = 3;

struct Acknowledged {
  int writer, round, number;
  uint64_t seq;
};

std::string name_of(int writer, int round, int number) {
  return "w" + std::to_string(writer) + "-" + std::to_string(round) + "-" + std::to_string(number);
}

// A process that appends until it is killed; it tells of each success through `pipe`.
[[noreturn]] void write_for_ever(const StoreKind& kind,
                                 const std::string& dir,
                                 const std::string& session,
                                 int writer,
                                 int round,
                                 int pipe) {
  testing::FakeHost host;
  StoreUnderTest store(host, kind, dir, R"(,"lock_timeout":"30s")");
  for (int number = 0;; ++number) {
    const std::string name = name_of(writer, round, number);
    if (store.append_once(session, CLAIF_SEQ_ANY, name, R"({"id":")" + name + "\"}") != CLAIF_OK)
      ::_exit(3);
    const Acknowledged done{writer, round, number, std::stoull(store.value)};
    if (::write(pipe, &done, sizeof done) != sizeof done) ::_exit(4);
  }
}

// Up to `most` of what is told; fewer when nobody is there to tell more.
void read_acknowledged(int pipe, size_t most, std::vector<Acknowledged>& out) {
  Acknowledged next{};
  while (most-- > 0 && ::read(pipe, &next, sizeof next) == sizeof next)
    out.push_back(next);
}

class Killed : public ::testing::TestWithParam<StoreKind> {
 protected:
  // The acknowledgements of three writers that lived until there were `appends` of them, and for
  // `life` after that: so they come to write, however busy the machine is.
  std::vector<Acknowledged> one_round(const std::string& session,
                                      int round,
                                      size_t appends,
                                      std::chrono::microseconds life) {
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    std::vector<pid_t> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(pipe[0]);
        write_for_ever(GetParam(), dir, session, writer, round, pipe[1]);
      }
      writers.push_back(child);
    }
    ::close(pipe[1]);
    std::vector<Acknowledged> out;
    read_acknowledged(pipe[0], appends, out);
    std::this_thread::sleep_for(life);
    for (const pid_t writer : writers)
      ::kill(writer, SIGKILL);
    for (const pid_t writer : writers) {
      int status = 0;
      ::waitpid(writer, &status, 0);
      EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "status " << status;
    }
    read_acknowledged(pipe[0], SIZE_MAX, out);
    ::close(pipe[0]);
    return out;
  }

  // Every acknowledged record is where it was said to be; each record is there once, in the order
  // of its writer, and without a gap.
  static void check(const std::vector<std::string>& records,
                    const std::vector<Acknowledged>& acknowledged) {
    std::map<std::string, uint64_t> places;
    std::map<std::pair<std::string, std::string>, int> next;  // by writer and round
    for (size_t i = 0; i < records.size(); ++i) {
      const std::string id = member_of(records[i], "id");
      ASSERT_TRUE(places.emplace(id, i + 1).second) << id << " is there twice";
      const size_t first = id.find('-'), last = id.rfind('-');
      int& number = next[{id.substr(0, first), id.substr(first, last - first)}];
      ASSERT_EQ(id.substr(last + 1), std::to_string(number++)) << id << " is out of order";
    }
    for (const Acknowledged& done : acknowledged) {
      const std::string id = name_of(done.writer, done.round, done.number);
      ASSERT_TRUE(places.contains(id)) << id << " was acknowledged, and is lost";
      ASSERT_EQ(places[id], done.seq) << id;
    }
  }

  TempDir temp;
  const std::string dir = (temp.path() / "sessions").string();
};

TEST_P(Killed, LosesNothingThatWasAcknowledged) {
  const int rounds = amount(200, 2'000);
  std::mt19937 random(20'260'401);
  std::vector<Acknowledged> acknowledged;
  size_t total = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string session = "s" + std::to_string(round / 20);
    if (round % 20 == 0) acknowledged.clear();
    const size_t appends = std::uniform_int_distribution<size_t>(0, 12)(random);
    const auto life = std::chrono::microseconds(std::uniform_int_distribution(0, 5'000)(random));
    const auto more = one_round(session, round, appends, life);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
    total += more.size();
    testing::FakeHost host;
    std::vector<std::string> records;
    {
      StoreUnderTest store(host, GetParam(), dir);
      const claif_status status = store.load(session);
      if (status == CLAIF_E_NOT_FOUND && acknowledged.empty()) continue;
      ASSERT_EQ(status, CLAIF_OK) << store.text;
      records = store.records;
    }
    check(records, acknowledged);
    if (HasFatalFailure()) return;
    StoreUnderTest again(host, GetParam(), dir);
    ASSERT_EQ(again.load(session), CLAIF_OK) << again.text;
    ASSERT_EQ(again.records, records);
  }
  EXPECT_GT(total, static_cast<size_t>(rounds)) << "the writers hardly came to write";
}

std::vector<StoreKind> stores_on_disk() {
  std::vector<StoreKind> out = all_stores();
  std::erase_if(
      out, [](const StoreKind& kind) { return kind.name == "memory" || kind.name == "postgres"; });
  return out;
}

std::string name_of_store(const ::testing::TestParamInfo<StoreKind>& tested) {
  return tested.param.name;
}
INSTANTIATE_TEST_SUITE_P(, Killed, ::testing::ValuesIn(stores_on_disk()), name_of_store);

}  // namespace
}  // namespace claif::test
