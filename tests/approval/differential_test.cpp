// What the strategies read must be what those read who run or fetch it: a shell, and libcurl.
#include "lexer.hpp"
#include "support/temp_dir.hpp"
#include "url.hpp"

#include <claif/sdk/text.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

std::string pick(std::mt19937& random, const std::vector<std::string>& parts, size_t most) {
  std::string out;
  for (size_t n = 1 + random() % most; n > 0; --n)
    out += parts[random() % parts.size()];
  return out;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  std::array<char, 4096> block{};
  while (const size_t n = std::fread(block.data(), 1, block.size(), pipe.get()))
    out.append(block.data(), n);
  return out;
}

// Every command that the lexer takes has for a shell the words that the lexer says.
void compare_with(const char* shell) {
  const std::vector<std::string> parts{
      "a",   "B",    " ", "  ", "'", "\"", "\\", "''",       "\"\"", "#",     "~",       "=",
      ":",   "%",    "-", "/",  ".", "..", ",",  "@",        "+",    "'a b'", "\"c d\"", "\\ ",
      "\\'", "\\\"", "$", "*",  ";", "&&", "|",  "\xC3\xA9", "[",    "{",     "!",       ">"};
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same commands in every run
  std::vector<std::string> expected;
  std::string script;
  while (expected.size() < 400) {
    const std::string command = "w " + pick(random, parts, 9);
    std::vector<approval_command::Argv> commands;
    try {
      commands = approval_command::split_command(command);
    } catch (const sdk::Error&) {
      continue;
    }
    if (commands.size() != 1) continue;
    std::string words;
    for (const std::string& word : commands[0])
      words += "<" + word + ">";
    expected.push_back(words);
    script += command + "\n";
  }
  const TempDir dir;
  const auto file = dir.write(
      "script", "w() { printf '<w>'; [ $# -eq 0 ] || printf '<%s>' \"$@\"; echo; }\n" + script);
  const std::string seen = output_of(std::string(shell) + " " + file.string() + " 2>&1");
  size_t at = 0;
  for (const std::string& words : expected) {
    const size_t end = std::min(seen.find('\n', at), seen.size());
    ASSERT_EQ(seen.substr(at, end - at), words);
    at = end + 1;
  }
}

TEST(Differential, AShellReadsTheSameWords) {
  compare_with("sh");
}
TEST(Differential, BashReadsTheSameWords) {
  compare_with("bash");
}

struct CurlUrl {
  std::string scheme, host, port;
};

// False: libcurl does not take it.
bool curl_reads(const std::string& text, CurlUrl& out) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(::curl_url(), &::curl_url_cleanup);
  if (::curl_url_set(url.get(), CURLUPART_URL, text.c_str(),
                     CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return false;
  const auto part = [&](CURLUPart what) {
    char* value = nullptr;
    if (::curl_url_get(url.get(), what, &value, CURLU_DEFAULT_PORT) != CURLUE_OK)
      return std::string();
    const std::unique_ptr<char, void (*)(void*)> owner(value, &::curl_free);
    return std::string(value);
  };
  out = {part(CURLUPART_SCHEME), part(CURLUPART_HOST), part(CURLUPART_PORT)};
  for (char& c : out.host)
    c = static_cast<char>(::tolower(static_cast<unsigned char>(c)));
  if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
  return true;
}

TEST(Differential, LibcurlFetchesFromTheSameHost) {
  const std::vector<std::string> parts{
      "https", "HTTP", "://",   ":",     "/",        "//",      "@",     "?",
      "#",     ".",    "a",     "b.c",   "Docs.Org", "1.2.3.4", "[::1]", "[2606:4700::1111]",
      ":443",  ":80",  ":0443", "127.1", "0x7f.1",   "%2e",     "%40",   "\\",
      "-",     "_",    "..",    "x=1&y", ";",        "user",    "[",     "]"};
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp)
  int compared = 0;
  for (int trial = 0; trial < 60'000; ++trial) {
    const std::string text =
        (random() % 4 != 0 ? std::string("https://") : std::string()) + pick(random, parts, 6);
    approval_url::Url ours;
    try {
      ours = approval_url::parse_url(text);
    } catch (const sdk::Error&) {
      continue;
    }
    CurlUrl theirs;
    ASSERT_TRUE(curl_reads(text, theirs)) << text;
    ASSERT_EQ(ours.scheme, theirs.scheme) << text;
    ASSERT_EQ(ours.host, theirs.host) << text;
    ASSERT_EQ(std::to_string(ours.port), theirs.port) << text;
    ++compared;
  }
  EXPECT_GT(compared, 1'500);
}

}  // namespace
}  // namespace claif::test
