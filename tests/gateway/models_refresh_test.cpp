// The hourly look at the upstream's models.
#include "models/refresh.hpp"
#include "support/linked_plugin.hpp"
#include "support/manual_loop.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::models {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A transport whose list the test makes up.
struct Listing {
  static constexpr const char* kIface = CLAIF_TRANSPORT_ID;
  std::function<void(sdk::Op&)> answer;
  int asked = 0;

  void start(const sdk::Request&, sdk::Op op) { op.fail(CLAIF_E_INTERNAL, "not in this test"); }
  void resume(uint64_t) {}
  void cancel(uint64_t) {}
  void models(sdk::Op op) {
    ++asked;
    answer(op);
    if (op) op.finish();
  }
};

std::function<void(sdk::Op&)> lists(int64_t max_tokens) {
  return [max_tokens](sdk::Op& op) {
    op.emit(CLAIF_EMIT_ITEM, "no model");
    op.emit(CLAIF_EMIT_ITEM,
            R"({"id":"claude-opus-5-5","max_tokens":)" + std::to_string(max_tokens) + "}");
  };
}
std::function<void(sdk::Op&)> fails(claif_status status) {
  return [status](sdk::Op& op) { op.fail(status, "the line is dead"); };
}

class ModelsRefresh : public ::testing::Test {
 protected:
  int64_t max_tokens() const { return models.get()->find("claude-opus-5-5")->max_output; }

  test::FakeClock clock;
  test::ManualLoop loop{clock};
  Log log{LogLevel::off};
  Metrics metrics;
  BlockingPool pool{1};
  plugin::HostServices services{clock, log, metrics, pool, {}, {}, {}, {}};
  plugin::OpPool ops{loop};
  test::Placed<Listing> transport = test::place<Listing>("transport", services);
  wire::CurrentModels models;
  std::vector<std::string> complaints;
  Refresh refresh{{*transport.slot, ops, pool}, models, [this](std::string_view line) {
                    complaints.emplace_back(line);
                  }};
};

TEST_F(ModelsRefresh, IsMadeAtOnceAndEveryHour) {
  transport->answer = lists(1000);
  refresh.start();
  loop.settle();
  EXPECT_EQ(max_tokens(), 1000);
  transport->answer = lists(2000);
  loop.advance(59min);
  EXPECT_EQ(transport->asked, 1);
  EXPECT_EQ(max_tokens(), 1000);
  loop.advance(1min);
  EXPECT_EQ(max_tokens(), 2000);
  loop.advance(3h);
  EXPECT_EQ(transport->asked, 5);
}

TEST_F(ModelsRefresh, AListThatCannotBeHadLeavesTheTableAndIsComplainedOfOnce) {
  transport->answer = lists(1000);
  refresh.start();
  loop.settle();
  transport->answer = fails(CLAIF_E_UNAVAILABLE);
  loop.advance(3h);
  EXPECT_EQ(max_tokens(), 1000);
  ASSERT_THAT(complaints, SizeIs(1));
  EXPECT_THAT(complaints[0], HasSubstr("the line is dead"));
  transport->answer = lists(3000);
  loop.advance(1h);
  EXPECT_EQ(max_tokens(), 3000);
  transport->answer = fails(CLAIF_E_UNAVAILABLE);
  loop.advance(2h);
  EXPECT_THAT(complaints, SizeIs(2));
}

TEST_F(ModelsRefresh, ATransportWithoutAListIsNoReasonToComplain) {
  transport->answer = fails(CLAIF_E_UNSUPPORTED);
  refresh.start();
  loop.settle();
  EXPECT_THAT(complaints, SizeIs(0));
  EXPECT_EQ(max_tokens(), 128000);
}

TEST_F(ModelsRefresh, AListThatDoesNotComeIsGivenUp) {
  std::vector<sdk::Op> open;
  transport->answer = [&](sdk::Op& op) { open.push_back(std::move(op)); };
  refresh.start();
  loop.advance(20s);
  EXPECT_THAT(complaints, SizeIs(1));
  for (sdk::Op& op : open)
    op.finish();
  loop.settle();
  EXPECT_EQ(max_tokens(), 128000);
}

}  // namespace
}  // namespace claif::models
