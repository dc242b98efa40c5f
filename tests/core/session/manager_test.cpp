// The session manager on a store in memory, on loops that the test drives.
#include "session/manager.hpp"

#include "support/linked_plugin.hpp"
#include "support/manual_loop.hpp"
#include "support/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::session {
namespace {

using test::MemoryStore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SessionManager : public ::testing::Test {
 protected:
  SessionManager() {
    services.loops.push_back({&loop, {}});
    store = test::place<MemoryStore>("sessions", services);
    manager.on_event([this](std::string_view what, std::string_view session) {
      events.push_back(std::string(what) + " " + std::string(session));
    });
  }
  ~SessionManager() override { loop.settle(); }

  Caller me(const std::string& owner = "me") {
    return {{*store.slot, ops, pool}, owner_mark(owner)};
  }
  static Turn turn(const std::string& question, const std::string& answer) {
    return make_turn({}, R"({"role":"user","content":")" + question + "\"}",
                     R"({"model":"m","usage":{"input_tokens":3,"output_tokens":2},)"
                     R"("content":[{"type":"text","text":")" +
                         answer + "\"}]}",
                     1'700'000'000'000)
        .value();
  }
  Result<uint64_t> say(const std::string& id, const std::string& question) {
    auto conversation = loop.run(manager.converse(me(), id));
    if (!conversation) return fail(conversation.error());
    return loop.run(manager.add_turn(me(), *conversation, turn(question, "A: " + question)));
  }
  std::string make(const std::string& id, const std::string& title = "") {
    const auto made = loop.run(manager.create(me(), {id, title, "", "", ""}));
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->id : "";
  }
  std::vector<std::string> questions(const std::string& id) {
    std::vector<std::string> out;
    const auto shown = loop.run(manager.show(me(), id));
    if (!shown) return {shown.error().message};
    for (const Shown::Message& message : shown->messages)
      if (message.json.find(R"("role":"user")") != std::string::npos) {
        std::string text = text_of_message(message.json);
        text.pop_back();
        out.push_back(text);
      }
    return out;
  }
  std::vector<std::string> listed(Filter filter = {}, const std::string& owner = "me") {
    std::vector<std::string> out;
    const auto page = loop.run(manager.list(me(owner), std::move(filter)));
    if (!page) return {page.error().message};
    for (const Summary& summary : page->sessions)
      out.push_back(summary.id);
    return out;
  }

  test::FakeClock clock;
  test::ManualLoop loop{clock};
  Log log{LogLevel::off};
  Metrics metrics;
  BlockingPool pool{1};
  plugin::HostServices services{clock, log, metrics, pool, {}, {}, {}, {}};
  plugin::OpPool ops{loop};
  test::Placed<MemoryStore> store;
  std::vector<std::string> events;
  Manager manager;
};

TEST_F(SessionManager, MakesShowsAndGoesOn) {
  const auto made =
      loop.run(manager.create(me(), {"trip", "A trip", "research", "", R"({"project":"x"})"}));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->system, HasSubstr("researcher"));
  ASSERT_EQ(say("trip", "Where?").value(), 1u);
  ASSERT_EQ(say("trip", "When?").value(), 2u);
  const auto shown = loop.run(manager.show(me(), "trip"));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->summary.title, "A trip");
  EXPECT_EQ(shown->summary.metadata, R"({"project":"x"})");
  EXPECT_EQ(shown->summary.stats.messages, 4u);
  EXPECT_EQ(shown->summary.stats.output_tokens, 4u);
  const auto conversation = loop.run(manager.converse(me(), "trip"));
  ASSERT_TRUE(conversation);
  EXPECT_THAT(conversation->history(), HasSubstr("A: When?"));
  EXPECT_THAT(conversation->system(), HasSubstr("researcher"));
  EXPECT_THAT(events, ElementsAre("created trip", "message_added trip", "message_added trip"));
}

TEST_F(SessionManager, ATurnBeginsASessionThatIsNotThere) {
  ASSERT_TRUE(say("new", "Hi"));
  EXPECT_THAT(questions("new"), ElementsAre("Hi"));
  EXPECT_THAT(events, ElementsAre("created new", "message_added new"));
  EXPECT_EQ(store->disk().sessions.at("new").records.size(), 1u);  // one record: all or nothing
}

TEST_F(SessionManager, RefusesWhatCannotBe) {
  EXPECT_EQ(loop.run(manager.create(me(), {"../x", "", "", "", ""})).error().code,
            Errc::invalid_request);
  EXPECT_THAT(loop.run(manager.create(me(), {"", "", "poetry", "", ""})).error().message,
              HasSubstr("coding, analysis, creative, research"));
  EXPECT_EQ(loop.run(manager.create(me(), {"", "a\nb", "", "", ""})).error().param, "title");
  EXPECT_EQ(loop.run(manager.create(me(), {"", "", "", "", "[]"})).error().param, "metadata");
  make("s");
  EXPECT_EQ(loop.run(manager.create(me(), {"s", "", "", "", ""})).error().code, Errc::conflict);
  EXPECT_EQ(loop.run(manager.show(me(), "none")).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.converse(me(), "a/b")).error().code, Errc::invalid_request);
  EXPECT_EQ(loop.run(manager.merge(me(), {"s"}, MergeOrder::chronological, {})).error().code,
            Errc::invalid_request);
}

TEST_F(SessionManager, ShowsNothingToOthers) {
  make("s", "Mine");
  ASSERT_TRUE(say("s", "secret"));
  const Caller other = me("other");
  EXPECT_EQ(loop.run(manager.show(other, "s")).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.converse(other, "s")).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.update(other, "s", {"x", ""})).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.branch(other, "s", "", {})).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.erase(other, "s")).error().code, Errc::not_found);
  EXPECT_THAT(listed({}, "other"), ElementsAre());
  Filter search;
  search.text = "secret";
  EXPECT_THAT(listed(search, "other"), ElementsAre());
  EXPECT_THAT(listed(search), ElementsAre("s"));
  ASSERT_TRUE(loop.run(manager.erase(me(), "s")));
  EXPECT_EQ(loop.run(manager.undelete(other, "s")).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.show(me(), "s")).error().code, Errc::not_found);
}

TEST_F(SessionManager, OrdersTheRequestsOfASession) {
  auto first = loop.start(manager.converse(me(), "s"));
  auto second = loop.start(manager.converse(me(), "s"));
  auto elsewhere = loop.start(manager.converse(me(), "other"));
  ASSERT_TRUE(first->has_value());
  EXPECT_FALSE(second->has_value());
  EXPECT_TRUE(elsewhere->has_value());
  EXPECT_TRUE(loop.run(manager.create(me(), {"third", "", "", "", ""})));
  ASSERT_TRUE(loop.run(manager.add_turn(me(), ***first, turn("one", "1"))));
  EXPECT_EQ(listed().front(), "s");  // it can be looked at meanwhile
  EXPECT_FALSE(second->has_value());
  first->reset();
  loop.settle();
  ASSERT_TRUE(second->has_value());
  EXPECT_THAT((***second).history(), HasSubstr("one"));
}

TEST_F(SessionManager, ARequestThatWaitsTooLongIsAConflict) {
  auto first = loop.start(manager.converse(me(), "s"));
  auto second = loop.start(manager.converse(me(), "s"));
  auto third = loop.start(manager.converse(me(), "s"));
  loop.advance(Limits{}.turn_patience);
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ((**second).error().code, Errc::conflict);
  first->reset();
  loop.settle();
  EXPECT_TRUE(loop.run(manager.converse(me(), "s")));
}

TEST_F(SessionManager, ATurnOfAnotherProcessIsAConflictButATitleIsNot) {
  Manager elsewhere;
  make("s");
  auto mine = loop.run(manager.converse(me(), "s"));
  auto theirs = loop.run(elsewhere.converse(me(), "s"));
  ASSERT_TRUE(mine && theirs);
  ASSERT_TRUE(loop.run(elsewhere.update(me(), "s", {"New title", R"({"a":1})"})));
  ASSERT_TRUE(loop.run(manager.add_turn(me(), *mine, turn("mine", "1"))));
  const auto stale = loop.run(elsewhere.add_turn(me(), *theirs, turn("theirs", "2")));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Errc::conflict);
  EXPECT_THAT(questions("s"), ElementsAre("mine"));
  EXPECT_EQ(loop.run(manager.show(me(), "s"))->summary.title, "New title");
}

TEST_F(SessionManager, SeesWhatAnotherProcessDid) {
  Manager elsewhere;
  make("s");
  ASSERT_TRUE(say("s", "one"));
  ASSERT_TRUE(loop.run(elsewhere.show(me(), "s")));
  ASSERT_TRUE(say("s", "two"));
  EXPECT_EQ(loop.run(elsewhere.show(me(), "s"))->summary.stats.turns, 2u);
  ASSERT_TRUE(loop.run(manager.compact(me(), "s")));
  ASSERT_TRUE(say("s", "three"));
  EXPECT_EQ(loop.run(elsewhere.show(me(), "s"))->summary.stats.turns, 3u);
  ASSERT_TRUE(loop.run(manager.erase(me(), "s")));
  EXPECT_EQ(loop.run(elsewhere.show(me(), "s")).error().code, Errc::not_found);
  make("s", "another");
  EXPECT_EQ(loop.run(elsewhere.show(me(), "s"))->summary.stats.turns, 0u);
}

TEST_F(SessionManager, StoresATurnOnceHoweverOftenItFails) {
  make("s");
  int failures = 2;
  store->after = [&](std::string_view) {  // stored, and then it says that it failed
    if (failures-- > 0) throw sdk::Error("indeterminate: the power went");
  };
  ASSERT_EQ(say("s", "once").value(), 1u);
  EXPECT_EQ(store->disk().sessions.at("s").records.size(), 2u);
  failures = 100;
  EXPECT_EQ(say("s", "again").error().code, Errc::internal);
  store->after = nullptr;
  EXPECT_THAT(questions("s"), ElementsAre("once", "again"));
}

TEST_F(SessionManager, ATurnThatCannotBeStoredIsAnErrorAndNothingElse) {
  make("s");
  store->before = [](std::string_view what) {
    if (what == "append_once") throw sdk::Error("disk full", CLAIF_E_UNAVAILABLE);
  };
  EXPECT_EQ(say("s", "lost").error().code, Errc::unavailable);
  EXPECT_THAT(questions("s"), ElementsAre());
  store->before = nullptr;
  ASSERT_TRUE(say("s", "kept"));
  EXPECT_THAT(questions("s"), ElementsAre("kept"));
}

TEST_F(SessionManager, BranchesFromAMessage) {
  make("s", "Title");
  for (const char* q : {"one", "two", "three"})
    ASSERT_TRUE(say("s", q));
  const auto shown = loop.run(manager.show(me(), "s"));
  const std::string answer_to_two = shown->messages.at(3).id;
  const auto branch = loop.run(manager.branch(me(), "s", answer_to_two, {"b", "", "", "", ""}));
  ASSERT_TRUE(branch) << branch.error().message;
  EXPECT_THAT(questions("b"), ElementsAre("one", "two"));
  EXPECT_EQ(branch->title, "Title");
  EXPECT_THAT(branch->from, HasSubstr(answer_to_two));
  ASSERT_TRUE(say("b", "else"));
  EXPECT_THAT(questions("s"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(questions("b"), ElementsAre("one", "two", "else"));
  EXPECT_EQ(loop.run(manager.branch(me(), "s", "none-1", {})).error().code, Errc::not_found);
  EXPECT_EQ(loop.run(manager.branch(me(), "s", "", {"b", "", "", "", ""})).error().code,
            Errc::conflict);
  ASSERT_TRUE(loop.run(manager.erase(me(), "s")));
  EXPECT_THAT(questions("b"), ElementsAre("one", "two", "else"));
}

TEST_F(SessionManager, MergesByTimeOrOneAfterTheOther) {
  const auto tell = [&](const std::string& id, const std::string& question, int64_t at) {
    auto conversation = loop.run(manager.converse(me(), id));
    Turn said = turn(question, "ok");
    said.at = at;
    ASSERT_TRUE(loop.run(manager.add_turn(me(), *conversation, said)));
  };
  tell("a", "1", 1);
  tell("a", "3", 3);
  tell("b", "2", 2);
  tell("b", "4", 4);
  ASSERT_TRUE(loop.run(
      manager.merge(me(), {"a", "b"}, MergeOrder::chronological, {"time", "", "", "", ""})));
  EXPECT_THAT(questions("time"), ElementsAre("1", "2", "3", "4"));
  ASSERT_TRUE(loop.run(manager.merge(me(), {"a", "b", "time"}, MergeOrder::one_after_the_other,
                                     {"appended", "", "", "", ""})));
  EXPECT_THAT(questions("appended"), ElementsAre("1", "3", "2", "4"));
  EXPECT_THAT(questions("a"), ElementsAre("1", "3"));
}

TEST_F(SessionManager, GoesBackToACheckpoint) {
  make("s");
  ASSERT_TRUE(say("s", "one"));
  ASSERT_TRUE(loop.run(manager.checkpoint(me(), "s", "early")));
  ASSERT_TRUE(say("s", "wrong"));
  EXPECT_EQ(loop.run(manager.restore(me(), "s", "none")).error().code, Errc::not_found);
  const auto restored = loop.run(manager.restore(me(), "s", "early"));
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->checkpoints.size(), 1u);
  ASSERT_TRUE(say("s", "two"));
  EXPECT_THAT(questions("s"), ElementsAre("one", "two"));
  Filter search;
  search.text = "wrong";
  EXPECT_THAT(listed(search), ElementsAre());
  ASSERT_TRUE(loop.run(manager.compact(me(), "s")));
  EXPECT_THAT(questions("s"), ElementsAre("one", "two"));
  EXPECT_EQ(store->disk().sessions.at("s").records.size(), 1u);
  ASSERT_TRUE(loop.run(manager.restore(me(), "s", "early")));
  EXPECT_THAT(questions("s"), ElementsAre("one"));
}

TEST_F(SessionManager, DeletesToTheTrashForADay) {
  make("s");
  ASSERT_TRUE(say("s", "one"));
  ASSERT_TRUE(loop.run(manager.erase(me(), "s")));
  EXPECT_EQ(loop.run(manager.show(me(), "s")).error().code, Errc::not_found);
  EXPECT_THAT(listed(), ElementsAre());
  ASSERT_TRUE(loop.run(manager.undelete(me(), "s")));
  EXPECT_THAT(questions("s"), ElementsAre("one"));
  EXPECT_THAT(listed(), ElementsAre("s"));
  ASSERT_TRUE(say("s", "two"));
  ASSERT_TRUE(loop.run(manager.erase(me(), "s")));
  loop.advance(std::chrono::hours(24));
  ASSERT_TRUE(loop.run(manager.maintain(me())));
  EXPECT_EQ(loop.run(manager.undelete(me(), "s")).error().code, Errc::not_found);
}

TEST_F(SessionManager, AnUnfinishedDeletionIsADeletion) {
  make("s");
  store->before = [](std::string_view what) {
    if (what == "erase") throw sdk::Error("the power went");
  };
  EXPECT_FALSE(loop.run(manager.erase(me(), "s")));
  store->before = nullptr;
  EXPECT_EQ(loop.run(manager.show(me(), "s")).error().code, Errc::not_found);
  EXPECT_THAT(listed(), ElementsAre());
}

TEST_F(SessionManager, ListsByTemplateMetadataTimeAndWords) {
  loop.run(manager.create(me(), {"a", "Alpha", "coding", "", R"({"p":"x"})"})).value();
  loop.advance(std::chrono::seconds(1));
  loop.run(manager.create(me(), {"b", "Beta", "coding", "", R"({"p":"y"})"})).value();
  loop.advance(std::chrono::seconds(1));
  const int64_t late = clock.wall_ms();
  loop.run(manager.create(me(), {"c", "Gamma", "creative", "", R"({"p":"x"})"})).value();
  EXPECT_THAT(listed(), ElementsAre("c", "b", "a"));
  Filter filter;
  filter.template_name = "coding";
  EXPECT_THAT(listed(filter), ElementsAre("b", "a"));
  filter.metadata = R"({"p":"x"})";
  EXPECT_THAT(listed(filter), ElementsAre("a"));
  filter = {};
  filter.since_ms = late;
  EXPECT_THAT(listed(filter), ElementsAre("c"));
  filter = {};
  filter.text = "beta";
  EXPECT_THAT(listed(filter), ElementsAre("b"));
  filter = {};
  filter.limit = 2;
  auto page = loop.run(manager.list(me(), filter));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->sessions.at(0).title, "Gamma");
  ASSERT_NE(page->next, "");
  filter.cursor = page->next;
  EXPECT_THAT(listed(filter), ElementsAre("a"));
  filter.limit = 0;
  EXPECT_EQ(loop.run(manager.list(me(), filter)).error().code, Errc::invalid_request);
}

TEST_F(SessionManager, FindsWhatNobodyDescribed) {
  store->before = [](std::string_view what) {
    if (what == "describe") throw sdk::Error("the power went");
  };
  ASSERT_TRUE(say("s", "zebra"));
  store->before = nullptr;
  Manager next;  // the process after
  Filter search;
  search.text = "zebra";
  const auto page = loop.run(next.list(me(), search));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->sessions.size(), 1u);
}

TEST_F(SessionManager, ForgetsTheSessionsThatWereUsedLongestAgo) {
  Limits limits;
  limits.open_sessions = 3;
  Manager small(limits);
  const auto held = loop.run(small.converse(me(), "held"));
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(loop.run(small.create(me(), {"s" + std::to_string(i), "", "", "", ""})));
  EXPECT_LE(small.open().size(), 4u);
  EXPECT_TRUE(loop.run(small.show(me(), "s0")));
  Limits few;
  few.open_bytes = 3'000;
  Manager light(few);
  for (int i = 0; i < 10; ++i) {
    auto conversation = loop.run(light.converse(me(), "s" + std::to_string(i)));
    ASSERT_TRUE(loop.run(light.add_turn(me(), *conversation, turn(std::string(1'000, 'x'), "ok"))));
  }
  loop.settle();
  EXPECT_LE(light.open().bytes(), 6'000u);
  EXPECT_EQ(loop.run(light.show(me(), "s0"))->messages.size(), 2u);
}

}  // namespace
}  // namespace claif::session
