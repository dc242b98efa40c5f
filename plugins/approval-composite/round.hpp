// One call on its way through the children: each is asked when the one before has answered.
#pragma once

#include "votes.hpp"

#include <claif/plugin.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace approval_composite {

struct Child {
  std::string name;  // as configured
  const claif_approval_v1* table;
  void* self;
};

// The children and how they vote; outlives every round.
struct Panel {
  claif::sdk::Host host;
  Mode mode;
  std::vector<Child> children;
  std::vector<Voter> voters;
};

// Ends with the answer to `later`, at the latest when the last child's time is over. A child has a
// second, and less when the deadline is near: the others and the answer need the rest.
class Round : public std::enable_shared_from_this<Round> {
 public:
  Round(const Panel& panel, const claif::sdk::ToolCall& call, claif::sdk::PendingVerdict later);
  void run();

 private:
  struct ChildOp;
  struct Timeout;
  struct Answer {
    claif_status status = CLAIF_E_INTERNAL;
    claif_verdict verdict{};
    std::string error;
  };
  enum class Stage { calling, waiting, answered };

  bool ask(size_t child);  // false: the answer comes later
  void arrive(size_t child, claif_status status, std::string value, std::string error);
  void expire(size_t child);
  void go_on();  // with `answer_`, on the blocking pool
  void count(size_t child, Answer answer);
  void finish();
  uint64_t nanoseconds_for_child() const;

  const Panel& panel_;
  const std::string session_, call_id_, tool_, args_;
  claif_tool_call call_{};
  claif::sdk::PendingVerdict later_;
  Tally tally_;
  size_t next_ = 0;
  std::string deny_reason_, allow_reason_;
  int32_t risk_ = -1;

  std::mutex mutex_;  // guards what a child's answer and its timer share
  Stage stage_ = Stage::calling;
  size_t asked_ = 0;  // the child that `stage_` is about
  Answer answer_;
  uint64_t timer_ = 0;
  Timeout* timeout_ = nullptr;  // what the timer owns
  std::atomic<bool> over_{false};
};

}  // namespace approval_composite
