#include "votes.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using approval_composite::Mode;
using approval_composite::Tally;
using approval_composite::Vote;
using approval_composite::Voter;

constexpr std::array kModes{Mode::all, Mode::any, Mode::majority, Mode::veto};

// Asks in `order` until it is settled, as a round does.
Vote decide(Mode mode,
            const std::vector<Voter>& voters,
            const std::vector<Vote>& votes,
            const std::vector<size_t>& order) {
  Tally tally(mode, voters);
  for (size_t i = 0; i < order.size() && !tally.settled(); ++i)
    tally.add(order[i], votes[order[i]]);
  EXPECT_TRUE(tally.settled());
  return tally.outcome();
}

Vote decide(Mode mode, const std::vector<Vote>& votes, std::vector<Voter> voters = {}) {
  voters.resize(votes.size());
  std::vector<size_t> order(votes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  return decide(mode, voters, votes, order);
}

constexpr Vote A = Vote::allow, D = Vote::deny, K = Vote::ask, N = Vote::abstain, E = Vote::error;

TEST(Votes, NoneDeny) {
  for (const Mode mode : kModes)
    EXPECT_EQ(decide(mode, {}), D);
}

TEST(Votes, All) {
  EXPECT_EQ(decide(Mode::all, {A, A}), A);
  EXPECT_EQ(decide(Mode::all, {A, D}), D);
  EXPECT_EQ(decide(Mode::all, {A, N}), D);
  EXPECT_EQ(decide(Mode::all, {A, K}), K);
  EXPECT_EQ(decide(Mode::all, {K, D}), D);
}

TEST(Votes, Any) {
  EXPECT_EQ(decide(Mode::any, {D, A, N}), A);
  EXPECT_EQ(decide(Mode::any, {D, K, N}), K);
  EXPECT_EQ(decide(Mode::any, {A, K}), A);
  EXPECT_EQ(decide(Mode::any, {D, N}), D);
}

TEST(Votes, MajorityIsMoreThanHalfOfAll) {
  EXPECT_EQ(decide(Mode::majority, {A, A, D}), A);
  EXPECT_EQ(decide(Mode::majority, {A, D}), D);
  EXPECT_EQ(decide(Mode::majority, {A, A, N, N}), D);
  EXPECT_EQ(decide(Mode::majority, {A, K, D}), K);
  EXPECT_EQ(decide(Mode::majority, {A}), A);
}

TEST(Votes, VetoMode) {
  EXPECT_EQ(decide(Mode::veto, {N, A, N}), A);
  EXPECT_EQ(decide(Mode::veto, {A, A, D}), D);
  EXPECT_EQ(decide(Mode::veto, {A, K}), K);
  EXPECT_EQ(decide(Mode::veto, {N, N}), D);
}

TEST(Votes, AnErrorDeniesUnlessItAbstains) {
  for (const Mode mode : kModes) {
    EXPECT_EQ(decide(mode, {A, A, A, E}), D);
    EXPECT_EQ(decide(mode, {E, A, A, A}), D);
  }
  const std::vector<Voter> abstaining{{}, {false, true}};
  EXPECT_EQ(decide(Mode::any, {A, E}, abstaining), A);
  EXPECT_EQ(decide(Mode::veto, {A, E}, abstaining), A);
  EXPECT_EQ(decide(Mode::all, {A, E}, abstaining), D);
  EXPECT_EQ(decide(Mode::majority, {A, E}, abstaining), D);  // it stays in the denominator
}

TEST(Votes, AVetoDecides) {
  for (const Mode mode : kModes) {
    EXPECT_EQ(decide(mode, {A, A, D}, {{}, {}, {true, false}}), D);
    EXPECT_EQ(decide(mode, {D, A, A}, {{true, false}, {}, {}}), D);
  }
  EXPECT_EQ(decide(Mode::any, {A, K}, {{}, {true, false}}), K);
  EXPECT_EQ(decide(Mode::any, {A, A}, {{}, {true, false}}), A);
}

// Whoever votes, in any of the 120 orders, the decision is the same. CLAIF_TEST_TRIALS=100000 is
// the whole test.
TEST(Votes, TheOrderNeverMatters) {
  const char* const wanted = std::getenv("CLAIF_TEST_TRIALS");  // NOLINT(concurrency-mt-unsafe)
  const int trials = wanted != nullptr ? std::atoi(wanted) : 500;
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same trials in every run
  const auto pick = [&](unsigned n) { return random() % n; };
  for (int trial = 0; trial < trials; ++trial) {
    const Mode mode = kModes[pick(4)];
    std::vector<Voter> voters(5);
    std::vector<Vote> votes(5);
    for (size_t i = 0; i < 5; ++i) {
      voters[i] = {pick(4) == 0, pick(2) == 0};
      votes[i] = pick(2) == 0 ? A : static_cast<Vote>(pick(5));
    }
    std::vector<size_t> order{0, 1, 2, 3, 4};
    const Vote first = decide(mode, voters, votes, order);
    while (std::next_permutation(order.begin(), order.end()))
      ASSERT_EQ(decide(mode, voters, votes, order), first) << "trial " << trial;
  }
}

}  // namespace
