#include <claif/testing/fake_host.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

std::string why(const std::string& url, const std::string& more) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tool":"fetch","arg":"url","dns":false,"addresses":{
    "docs.python.org":["151.101.0.223"],"x.docs.python.org":["151.101.0.223"],"evildocs.python.org":["151.101.0.223"],
    "inside.example":["10.0.0.1"],"mixed.example":["93.184.216.34","192.168.0.1"],"six.example":["2606:4700::1111"],
    "nothing.example":[]},)" + more +
                                   "}");
  EXPECT_EQ(plugin.error(), "");
  const auto verdict = decide(plugin, "fetch", R"({"url":")" + url + "\"}");
  EXPECT_TRUE(verdict.allowed() || verdict.denied());
  return verdict.allowed() ? "" : verdict.reason;
}

TEST(UrlRules, AllowsListedHostsOnListedPorts) {
  const std::string rules = R"("hosts":["Docs.python.org"])";
  for (const char* const url :
       {"https://docs.python.org/3/", "HTTPS://DOCS.PYTHON.ORG", "https://docs.python.org:443"})
    EXPECT_EQ(why(url, rules), "") << url;
  for (const char* const url : {"http://docs.python.org/", "https://docs.python.org:8443/",
                                "https://x.docs.python.org/", "https://evildocs.python.org/",
                                "https://python.org/", "https://1.2.3.4/", "docs.python.org"})
    EXPECT_NE(why(url, rules), "") << url;
  EXPECT_EQ(why("http://docs.python.org:8080/", rules + R"(,"schemes":["http"],"ports":[80,8080])"),
            "");
}

TEST(UrlRules, SubdomainsBeginAtADot) {
  const std::string rules = R"("hosts":["docs.python.org"],"subdomains":true)";
  EXPECT_EQ(why("https://x.docs.python.org/", rules), "");
  EXPECT_NE(why("https://evildocs.python.org/", rules), "");
}

TEST(UrlRules, EveryAddressMustBePublic) {
  const std::string rules = R"("hosts":["*"])";
  EXPECT_EQ(why("https://six.example/", rules), "");
  EXPECT_EQ(why("https://93.184.216.34/", rules), "");
  EXPECT_EQ(why("https://inside.example/", rules),
            "the host 'inside.example' is at 10.0.0.1, which is no public address");
  for (const char* const url :
       {"https://mixed.example/", "https://nothing.example/", "https://unknown.example/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:93.184.216.34]/"})
    EXPECT_NE(why(url, rules), "") << url;
}

TEST(UrlRules, AnAllowNamesTheAddressesThatWereChecked) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tool":"fetch","arg":"url","hosts":["*"],"dns":false,
                                   "addresses":{"*":["1.1.1.1","1.0.0.1"]}})");
  EXPECT_EQ(decide(plugin, "fetch", R"({"url":"https://a.example/"})").reason,
            "connect to 1.1.1.1 or 1.0.0.1");
}

TEST(UrlRules, TheSystemResolvesOtherNames) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tool":"fetch","arg":"url","hosts":["*"]})");
  EXPECT_TRUE(decide(plugin, "fetch", R"({"url":"https://localhost/"})").denied());
}

TEST(UrlRules, SaysNothingOfOtherToolsAndNeedsItsArgument) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tool":"fetch","arg":"url","hosts":["*"]})");
  EXPECT_EQ(decide(plugin, "read", R"({"url":"https://1.1.1.1/"})").decision, CLAIF_ABSTAIN);
  EXPECT_TRUE(decide(plugin, "fetch", R"({"url":"https://1.1.1.1/"})").allowed());
  for (const char* const args :
       {"{}", R"({"url":["https://1.1.1.1/"]})", R"({"URL":"https://1.1.1.1/"})"})
    EXPECT_TRUE(decide(plugin, "fetch", args).denied()) << args;
}

TEST(UrlRules, RefusesWhatItCannotUse) {
  FakeHost host;
  for (const char* const more :
       {R"("hosts":["*.a.b"])", R"("hosts":["a"],"ports":[0])", R"("hosts":["a"],"ports":["443"])",
        R"("hosts":["a"],"addresses":{"a":["b"]})", R"("hosts":["a"],"schemes":[])", R"("x":1)"})
    EXPECT_NE(
        PluginUnderTest(host, std::string(R"({"tool":"fetch","arg":"url",)") + more + "}").error(),
        "")
        << more;
}

}  // namespace
