#include "lexer.hpp"

#include <claif/sdk/text.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using approval_command::Argv;
using approval_command::split_command;
using testing::ElementsAre;

bool refused(const std::string& command) {
  try {
    split_command(command);
    return false;
  } catch (const claif::sdk::Error&) {
    return true;
  }
}

TEST(Lexer, ReadsWordsAsAShellDoes) {
  EXPECT_THAT(split_command(R"(  echo   it\'s 'a  $b' "c \"d\" \\ \x"e '' a#b HEAD~1 )"),
              ElementsAre(Argv{"echo", "it's", "a  $b", R"(c "d" \ \xe)", "", "a#b", "HEAD~1"}));
  EXPECT_THAT(split_command("r''m -r\"f\""), ElementsAre(Argv{"rm", "-rf"}));
}

TEST(Lexer, SplitsAtTheFourOperators) {
  EXPECT_THAT(split_command("a 1&&b;c | d||'e;f'"),
              ElementsAre(Argv{"a", "1"}, Argv{"b"}, Argv{"c"}, Argv{"d"}, Argv{"e;f"}));
}

TEST(Lexer, RefusesWhatAShellWouldActOn) {
  for (const char* const command : {"",
                                    " ",
                                    ";",
                                    "a;",
                                    "&& a",
                                    "a || ",
                                    "a ;; b",
                                    "a & b",
                                    "a &",
                                    "a |& b",
                                    "a &&& b",
                                    "a ||| b",
                                    "echo $x",
                                    "echo ${x}",
                                    "echo $(x)",
                                    "echo `x`",
                                    "echo \"$x\"",
                                    "echo \"`x`\"",
                                    "echo \"!x\"",
                                    "a > b",
                                    "a 2>b",
                                    "a < b",
                                    "a <<E",
                                    "a <(b)",
                                    "(a)",
                                    "{ a; }",
                                    "{a,b}",
                                    "echo *",
                                    "echo ?",
                                    "echo [a]",
                                    "!!",
                                    "! a",
                                    "^a^b",
                                    "~/x",
                                    "echo ~",
                                    "x=~/y a",
                                    "a b=~",
                                    "a # b",
                                    "#a",
                                    "A=b c",
                                    "A+=b c",
                                    "if a",
                                    "while a",
                                    "for a",
                                    "case a",
                                    "coproc a",
                                    "time a",
                                    "function a",
                                    "[[ a",
                                    "echo 'a",
                                    "echo \"a",
                                    "echo a\\",
                                    "echo a\nb",
                                    "echo a\\\nb",
                                    "echo a\tb",
                                    "echo a\rb",
                                    "echo a\x01",
                                    "echo a\xC2\xA0"
                                    "b",
                                    "echo a\xE2\x80\xA8"
                                    "b",
                                    "echo a\xE3\x80\x80"
                                    "b",
                                    "echo a\xE2\x80\x8B"
                                    "b",
                                    "echo a\xE2\x80\xAE"
                                    "b",
                                    "echo a\xC2\x85"
                                    "b",
                                    "echo \xFF"})
    EXPECT_TRUE(refused(command)) << command;
  EXPECT_TRUE(refused(std::string("echo a\0b", 8)));
  EXPECT_TRUE(refused("echo " + std::string(200'000, 'a')));
}

TEST(Lexer, TakesFiftyCommands) {
  std::string fifty = "a";
  for (int i = 1; i < 50; ++i)
    fifty += ";a";
  EXPECT_EQ(split_command(fifty).size(), 50u);
  EXPECT_TRUE(refused(fifty + ";a"));
}

}  // namespace
