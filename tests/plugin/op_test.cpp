// Operations: finished once, from any thread, in order, and never mixed up.
#include "host_rig.hpp"

#include <set>
#include <thread>

namespace claif::plugin {
namespace {

using test::HostRig;
using test::raw_instance;
using test::RawCache;

struct Client final : OpClient {
  bool on_emit(uint32_t, std::string_view item) override {
    items.emplace_back(item);
    return takes_more;
  }
  void on_finish(OpResult result) override { results.push_back(std::move(result)); }
  std::vector<std::string> items;
  std::vector<OpResult> results;
  bool takes_more = true;
};

class Operation : public testing::Test {
 protected:
  Op& start() { return rig_.ops.start(client_, *instance_); }
  static void finish(Op& op, claif_status status = CLAIF_OK) {
    op.finish(&op, status, nullptr, nullptr);
  }
  static claif_status emit(Op& op, std::string_view item) {
    return op.emit(&op, CLAIF_EMIT_ITEM, sdk::str(item));
  }

  RawCache raw_;
  HostRig rig_;
  std::unique_ptr<Instance> instance_ = raw_instance(rig_, CLAIF_CACHE_ID, &raw_);
  Client client_;
};

TEST_F(Operation, ASecondFinishIsNoticedAndHarmless) {
  Op& op = start();
  finish(op);
  finish(op, CLAIF_E_ARG);
  ASSERT_EQ(client_.results.size(), 1u);
  EXPECT_EQ(client_.results[0].status, CLAIF_OK);
  EXPECT_EQ(rig_.faults(), std::vector<std::string>{"it finished an operation twice"});
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
  EXPECT_EQ(instance_->in_flight(), 0u);
}

TEST_F(Operation, ASecondFinishDoesNotEndALaterOperation) {
  Op& first = start();
  finish(first);
  for (int i = 0; i < 400; ++i)
    finish(start());
  Client other;
  Op& live = rig_.ops.start(other, *instance_);
  finish(first);
  EXPECT_TRUE(other.results.empty());
  EXPECT_EQ(instance_->faults().total(), 1u);
  finish(live);
  EXPECT_EQ(other.results.size(), 1u);
}

TEST_F(Operation, ASecondFinishAfterItsInstanceEndedIsHarmless) {
  Op& op = start();
  finish(op);
  instance_.reset();
  finish(op);
  EXPECT_TRUE(rig_.faults().empty());
}

TEST_F(Operation, TheValueOfASecondFinishIsReleased) {
  int released = 0;
  const claif_blob blob{"x", 1, &released, [](void* n) noexcept { ++*static_cast<int*>(n); }};
  Op& op = start();
  op.finish(&op, CLAIF_OK, &blob, nullptr);
  op.finish(&op, CLAIF_OK, &blob, nullptr);
  EXPECT_EQ(released, 1);
  client_.results.clear();
  EXPECT_EQ(released, 2);
}

TEST_F(Operation, ALateFinishAfterAbandonReachesNobody) {
  Op& op = start();
  op.abandon();
  EXPECT_NE(op.cancelled(&op), 0);
  EXPECT_EQ(emit(op, "late"), CLAIF_E_CANCELLED);
  EXPECT_EQ(rig_.ops.in_flight(), 1u);
  finish(op);
  EXPECT_TRUE(client_.results.empty());
  EXPECT_TRUE(client_.items.empty());
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
  EXPECT_TRUE(rig_.faults().empty()) << "a finish is due, also after a cancel";
}

TEST_F(Operation, EmitAfterCancelAndAfterFinishIsRefused) {
  Op& op = start();
  EXPECT_EQ(emit(op, "a"), CLAIF_OK);
  op.lose_interest();
  EXPECT_EQ(emit(op, "b"), CLAIF_E_CANCELLED);
  finish(op);
  EXPECT_EQ(emit(op, "c"), CLAIF_E_CANCELLED);
  EXPECT_EQ(client_.items, std::vector<std::string>{"a"});
}

TEST_F(Operation, EmitsOfAnotherThreadArriveInOrderBeforeTheFinish) {
  Op& op = start();
  std::thread([&op] {
    for (int i = 0; i < 1000; ++i)
      emit(op, std::to_string(i));
  }).join();
  EXPECT_TRUE(client_.items.empty()) << "nothing arrives off the loop's thread";
  EXPECT_EQ(emit(op, "1000"), CLAIF_OK) << "the loop's own emit queues behind them";
  finish(op);
  EXPECT_TRUE(client_.results.empty());
  rig_.loop.settle();
  ASSERT_EQ(client_.items.size(), 1001u);
  for (int i = 0; i <= 1000; ++i)
    ASSERT_EQ(client_.items[static_cast<size_t>(i)], std::to_string(i));
  EXPECT_EQ(client_.results.size(), 1u);
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
}

TEST_F(Operation, AnotherThreadLearnsOfBackpressureWithTheNextEmit) {
  client_.takes_more = false;
  Op& op = start();
  const auto emit_elsewhere = [&op] {
    claif_status status = CLAIF_OK;
    std::thread([&] { status = emit(op, "x"); }).join();
    return status;
  };
  EXPECT_EQ(emit_elsewhere(), CLAIF_OK);
  rig_.loop.settle();
  EXPECT_EQ(emit_elsewhere(), CLAIF_AGAIN);
  rig_.loop.settle();
  op.take_again();
  EXPECT_EQ(emit_elsewhere(), CLAIF_OK);
  finish(op);
  rig_.loop.settle();
  EXPECT_EQ(client_.items.size(), 3u);
}

TEST_F(Operation, RacingFinishesOfManyThreadsEndItOnce) {
  for (int round = 0; round < 100; ++round) {
    Op& op = start();
    std::thread a([&op] { finish(op, CLAIF_E_ARG); });
    std::thread b([&op] { finish(op, CLAIF_E_RATE); });
    a.join();
    b.join();
    rig_.loop.settle();
  }
  EXPECT_EQ(client_.results.size(), 100u);
  EXPECT_EQ(instance_->faults().total(), 100u);
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
}

TEST_F(Operation, IdsAreNeverReusedThoughMemoryIs) {
  std::set<uint64_t> ids;
  std::set<const Op*> places;
  for (int i = 0; i < 2000; ++i) {
    Op& op = start();
    ids.insert(op.id);
    places.insert(&op);
    finish(op);
  }
  EXPECT_EQ(ids.size(), 2000u);
  EXPECT_LT(places.size(), 600u);
}

}  // namespace
}  // namespace claif::plugin
