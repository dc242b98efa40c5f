#include "cli/console.hpp"

#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

namespace claif::cli {
namespace {

TEST(Printable, ATerminalNeverGetsAnEscapeSequence) {
  EXPECT_EQ(printable("a\x1b[31mb\x1b]0;title\x07", true), "a\\x1b[31mb\\x1b]0;title\\x07");
  EXPECT_EQ(printable("a\rb\bc\x7f", true), "a\\x0db\\x08c\\x7f");
}

TEST(Printable, C1ControlsAreEscapeSequencesToo) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31mb",
                      true),
            "a\\xc2\\x9b31mb");
  EXPECT_EQ(printable("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82", true),
            "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82");
}

TEST(Printable, LineBreaksAndTabsPass) {
  EXPECT_EQ(printable("a\tb\n\nc\n", true), "a\tb\n\nc\n");
  EXPECT_EQ(printable("", true), "");
}

TEST(Printable, APipeGetsTheTextAsItIs) {
  EXPECT_EQ(printable("\x1b[31m", false), "\x1b[31m");
}

TEST(ExitCode, EachErrorHasItsOwnFamily) {
  EXPECT_EQ(exit_code(Errc::configuration), 2);
  EXPECT_EQ(exit_code(Errc::authentication), 3);
  EXPECT_EQ(exit_code(Errc::quota_exceeded), 4);
  EXPECT_EQ(exit_code(Errc::upstream), 5);
  EXPECT_EQ(exit_code(Errc::unavailable), 5);
  EXPECT_EQ(exit_code(Errc::internal), 5);
  EXPECT_EQ(exit_code(Errc::timeout), 6);
  EXPECT_EQ(exit_code(Errc::tool_denied), 7);
  EXPECT_EQ(exit_code(Errc::too_large), 8);
  EXPECT_EQ(exit_code(Errc::cancelled), 130);
}

}  // namespace
}  // namespace claif::cli
