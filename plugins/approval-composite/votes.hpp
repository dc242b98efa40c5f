// How votes become a decision (G7). What comes out never depends on the order in which they came,
// nor on those that were not asked any more.
#pragma once

#include <cstddef>
#include <vector>

namespace approval_composite {

enum class Mode {
  all,       // every child allows
  any,       // at least one allows
  majority,  // more than half allow; who abstains counts against
  veto,      // at least one allows, and none denies
};
enum class Vote { allow, deny, ask, abstain, error };

struct Voter {
  bool vetoes = false;             // its deny decides
  bool abstains_on_error = false;  // else its error denies the whole
};

class Tally {
 public:
  Tally(Mode mode, const std::vector<Voter>& voters) : mode_(mode), voters_(voters) {
    for (const Voter& voter : voters)
      left_to_mind_ += minds(voter);
    left_ = voters.size();
  }

  // Each voter once, in any order.
  void add(size_t voter, Vote vote) {
    const Voter& who = voters_[voter];
    --left_;
    left_to_mind_ -= minds(who);
    if (vote == Vote::error) vote = who.abstains_on_error ? Vote::abstain : Vote::error;
    denied_ |= vote == Vote::error || (vote == Vote::deny && who.vetoes);
    asked_ |= vote == Vote::ask && who.vetoes;
    allows_ += vote == Vote::allow;
    denies_ += vote == Vote::deny;
    asks_ += vote == Vote::ask;
    abstains_ += vote == Vote::abstain;
  }

  // Whether those who did not vote yet can change nothing.
  bool settled() const { return left_ == 0 || denies_for_good() || allows_for_good(); }

  // allow, deny or ask. Meaningful once settled.
  Vote outcome() const {
    if (denied_ || voters_.empty() || denies_for_good()) return Vote::deny;
    const Vote found = by_mode();
    return found == Vote::allow && asked_ ? Vote::ask : found;
  }

 private:
  // Whether it may turn an allow around.
  static bool minds(const Voter& voter) { return voter.vetoes || !voter.abstains_on_error; }

  bool denies_for_good() const {
    if (denied_) return true;
    switch (mode_) {
      case Mode::all:
        return denies_ + abstains_ > 0;
      case Mode::any:
        return false;
      case Mode::majority:
        return 2 * (allows_ + asks_ + left_) <= voters_.size();
      case Mode::veto:
        return denies_ > 0;
    }
    return true;
  }
  bool allows_for_good() const {
    if (left_to_mind_ != 0 || asked_) return false;
    if (mode_ == Mode::any) return allows_ > 0;
    return mode_ == Mode::majority && 2 * allows_ > voters_.size();
  }
  Vote by_mode() const {
    switch (mode_) {
      case Mode::all:
        return denies_ + abstains_ > 0 ? Vote::deny : asks_ > 0 ? Vote::ask : Vote::allow;
      case Mode::any:
        return allows_ > 0 ? Vote::allow : asks_ > 0 ? Vote::ask : Vote::deny;
      case Mode::majority:
        if (2 * allows_ > voters_.size()) return Vote::allow;
        return 2 * (allows_ + asks_) > voters_.size() ? Vote::ask : Vote::deny;
      case Mode::veto:
        return denies_ > 0   ? Vote::deny
               : asks_ > 0   ? Vote::ask
               : allows_ > 0 ? Vote::allow
                             : Vote::deny;
    }
    return Vote::deny;
  }

  Mode mode_;
  const std::vector<Voter>& voters_;
  size_t allows_ = 0, denies_ = 0, asks_ = 0, abstains_ = 0;
  size_t left_ = 0, left_to_mind_ = 0;
  bool denied_ = false;  // by a veto or an error
  bool asked_ = false;   // one with a veto wants a person to decide
};

}  // namespace approval_composite
