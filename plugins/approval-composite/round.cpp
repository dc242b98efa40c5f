#include "round.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace approval_composite {

using namespace claif;

namespace {

constexpr uint64_t kChildNanoseconds = 1'000'000'000;

uint64_t next_op_id() {
  static std::atomic<uint64_t> last{uint64_t{1} << 63};  // the host counts from below
  return ++last;
}

Vote vote_of(int32_t decision) {
  switch (decision) {
    case CLAIF_ALLOW:
      return Vote::allow;
    case CLAIF_ASK:
      return Vote::ask;
    case CLAIF_ABSTAIN:
      return Vote::abstain;
    default:
      return Vote::deny;
  }
}

}  // namespace

// What a child finishes, maybe long after the round is over: it lives until then.
struct Round::ChildOp {
  claif_op op{};
  std::shared_ptr<Round> round;
  size_t child;
  std::shared_ptr<ChildOp> self;  // until it is finished

  static std::shared_ptr<ChildOp> make(std::shared_ptr<Round> round, size_t child, uint64_t end) {
    auto out = std::make_shared<ChildOp>();
    out->op.size = sizeof out->op;
    out->op.id = next_op_id();
    out->op.deadline_ns = end;
    out->op.emit = [](claif_op*, uint32_t, claif_str) noexcept -> claif_status { return CLAIF_OK; };
    out->op.finish = &ChildOp::finish;
    out->op.cancelled = [](const claif_op* raw) noexcept -> int32_t {
      return reinterpret_cast<const ChildOp*>(raw)->round->over_ ? 1 : 0;
    };
    out->round = std::move(round);
    out->child = child;
    out->self = out;
    return out;
  }
  static void finish(claif_op* raw,
                     claif_status status,
                     const claif_blob* value,
                     const claif_error* error) noexcept {
    const auto owner = std::exchange(reinterpret_cast<ChildOp*>(raw)->self, nullptr);
    std::string bytes, text;
    try {
      if (value != nullptr) bytes.assign(static_cast<const char*>(value->data), value->size);
      if (error != nullptr && status < 0)
        text.assign(error->text, std::min<size_t>(error->length, sizeof error->text));
    } catch (...) {
      status = CLAIF_E_INTERNAL;
    }
    if (value != nullptr && value->release != nullptr) value->release(value->owner);
    if (owner != nullptr)
      owner->round->arrive(owner->child, status, std::move(bytes), std::move(text));
  }
};

struct Round::Timeout {
  std::shared_ptr<Round> round;
  size_t child;
};

Round::Round(const Panel& panel, const sdk::ToolCall& call, sdk::PendingVerdict later)
    : panel_(panel),
      session_(call.session()),
      call_id_(call.call_id()),
      tool_(call.tool()),
      args_(call.args_json()),
      later_(std::move(later)),
      tally_(panel.mode, panel.voters) {
  call_.size = sizeof call_;
  call_.session = sdk::str(session_);
  call_.call_id = sdk::str(call_id_);
  call_.tool = sdk::str(tool_);
  call_.args_json = sdk::str(args_);
  std::memcpy(call_.args_sha256, call.args_sha256().data(), sizeof call_.args_sha256);
}

void Round::run() {
  while (next_ < panel_.children.size() && !tally_.settled())
    if (!ask(next_++)) return;
  finish();
}

uint64_t Round::nanoseconds_for_child() const {
  if (later_.deadline_ns() == 0) return kChildNanoseconds;
  const auto now = static_cast<uint64_t>(panel_.host.now().count());
  const uint64_t left = later_.deadline_ns() > now ? later_.deadline_ns() - now : 0;
  return std::min(kChildNanoseconds, left / 4 * 3);
}

bool Round::ask(size_t index) {
  const Child& child = panel_.children[index];
  const auto began = panel_.host.now();
  const uint64_t patience = nanoseconds_for_child();
  {
    const std::lock_guard lock(mutex_);
    stage_ = Stage::calling;
    asked_ = index;
    answer_ = {};
  }
  const auto op =
      ChildOp::make(shared_from_this(), index, static_cast<uint64_t>(began.count()) + patience);
  Answer answer;
  answer.verdict.size = sizeof answer.verdict;
  answer.verdict.risk = -1;
  answer.status = child.table->decide(child.self, &call_, &answer.verdict, &op->op);
  if (answer.status != CLAIF_PENDING) {
    const bool twice = std::exchange(op->self, nullptr) == nullptr;
    const auto took = static_cast<uint64_t>((panel_.host.now() - began).count());
    if (answer.status == CLAIF_OK) answer.error = sdk::verdict_defect(answer.verdict, call_);
    if (took > patience) answer.error = "it took too long";
    if (twice) answer.error = "it gave two verdicts";
    count(index, std::move(answer));
    return true;
  }
  const std::unique_lock lock(mutex_);
  if (stage_ == Stage::answered) {
    count(index, std::exchange(answer_, {}));
    return true;
  }
  stage_ = Stage::waiting;
  auto timeout = std::make_unique<Timeout>(Timeout{shared_from_this(), index});
  timeout_ = timeout.get();
  timer_ = panel_.host.after(
      std::chrono::milliseconds(patience / 1'000'000),
      [](void* ctx) {
        const std::unique_ptr<Timeout> owner(static_cast<Timeout*>(ctx));
        owner->round->expire(owner->child);
      },
      timeout_);
  if (timer_ != 0) timeout.release();  // else the host's own deadline has to do
  return false;
}

void Round::arrive(size_t index, claif_status status, std::string value, std::string error) {
  Answer answer{status, {}, std::move(error)};
  if (status == CLAIF_OK) {
    try {
      answer.verdict = sdk::verdict_of(value);
      answer.error = sdk::verdict_defect(answer.verdict, call_);
    } catch (const std::exception& problem) {
      answer.error = problem.what();
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (asked_ != index || stage_ == Stage::answered) return;  // its time was over
    answer_ = std::move(answer);
    if (std::exchange(stage_, Stage::answered) == Stage::calling) return;  // `ask` will see it
    if (timer_ != 0 && panel_.host.cancel_timer(timer_)) delete std::exchange(timeout_, nullptr);
  }
  go_on();
}

void Round::expire(size_t index) {
  {
    const std::lock_guard lock(mutex_);
    if (asked_ != index || stage_ != Stage::waiting) return;
    stage_ = Stage::answered;
    answer_ = {CLAIF_E_TIMEOUT, {}, "it did not answer in time"};
  }
  go_on();
}

// Children may block, and this thread may be an event loop's.
void Round::go_on() {
  const auto task = [](void* ctx) {
    const std::unique_ptr<std::shared_ptr<Round>> owner(static_cast<std::shared_ptr<Round>*>(ctx));
    Round& round = **owner;
    round.count(round.asked_, std::exchange(round.answer_, {}));
    round.run();
  };
  try {
    auto owner = std::make_unique<std::shared_ptr<Round>>(shared_from_this());
    panel_.host.post(task, owner.get());
    owner.release();
  } catch (const std::exception& error) {
    over_ = true;
    later_.answer(sdk::Verdict::deny(error.what()));
  }
}

void Round::count(size_t index, Answer answer) {
  const bool failed = answer.status != CLAIF_OK || !answer.error.empty();
  const Vote vote = failed ? Vote::error : vote_of(answer.verdict.decision);
  const Child& child = panel_.children[index];
  tally_.add(index, vote);
  std::string reason(answer.verdict.reason,
                     std::min<size_t>(answer.verdict.length, sizeof answer.verdict.reason));
  if (failed) {
    reason = "it did not decide: " +
             (answer.error.empty() ? "status " + std::to_string(answer.status) : answer.error);
    panel_.host.log(CLAIF_LOG_WARN, "the strategy '" + child.name + "': " + reason);
  }
  if (!failed) risk_ = std::max(risk_, answer.verdict.risk);
  if (vote == Vote::allow && allow_reason_.empty()) allow_reason_ = reason;
  if (vote != Vote::allow && deny_reason_.empty() && !reason.empty())
    deny_reason_ = child.name + ": " + reason;
}

void Round::finish() {
  sdk::Verdict verdict = sdk::Verdict::allow(allow_reason_);
  const Vote outcome = tally_.outcome();
  if (panel_.children.empty()) deny_reason_ = "the composite has no strategies";
  if (deny_reason_.empty()) deny_reason_ = "its strategies do not allow it";
  if (outcome == Vote::ask) verdict = sdk::Verdict::ask(deny_reason_);
  if (outcome != Vote::ask && outcome != Vote::allow) verdict = sdk::Verdict::deny(deny_reason_);
  over_ = true;
  later_.answer(verdict.with_risk(std::min(risk_, 10)));
}

}  // namespace approval_composite
