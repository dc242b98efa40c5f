#include "url.hpp"

#include "address.hpp"

#include <claif/sdk/text.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using approval_url::parse_url;
using approval_url::Url;

bool refused(const std::string& url) {
  try {
    parse_url(url);
    return false;
  } catch (const claif::sdk::Error&) {
    return true;
  }
}

TEST(Url, ReadsWhatDecidesWhereItLeads) {
  const Url plain = parse_url("HTTPS://Docs.Python.ORG/3/?q=a@b#f");
  EXPECT_EQ(plain.scheme, "https");
  EXPECT_EQ(plain.host, "docs.python.org");
  EXPECT_EQ(plain.port, 443);
  EXPECT_EQ(parse_url("http://w.zz").port, 80);
  EXPECT_EQ(parse_url("https://w.zz:8443?x").port, 8443);
  EXPECT_EQ(parse_url("https://1.2.3.4/").kind, Url::Host::ipv4);
  const Url six = parse_url("https://[2606:4700::1111]:443/");
  EXPECT_EQ(six.kind, Url::Host::ipv6);
  EXPECT_EQ(six.host, "2606:4700::1111");
  EXPECT_EQ(parse_url("https://w.zz/%2e%2e/@x:1").host, "w.zz");
}

TEST(Url, RefusesWhatProgramsReadDifferently) {
  for (const char* const url : {"",
                                "w.zz",
                                "//w.zz/",
                                "https:w.zz",
                                "https:/w.zz",
                                "https:///w.zz",
                                "https://",
                                "://w.zz",
                                "1https://w.zz",
                                " https://w.zz",
                                "https://w.zz ",
                                "ht\ttps://w.zz",
                                "https://w.zz\n",
                                "https://w.zz/\\x",
                                "https://x\\@w.zz/",
                                "https://u@w.zz/",
                                "https://u:p@w.zz/",
                                "https://w.zz:443@x/",
                                "https://w.zz%00.x/",
                                "https://w%2ez/",
                                "https://\xEF\xBD\x81.b/",
                                "https://w..z/",
                                "https://.w.zz/",
                                "https://w.zz./",
                                "https://-w.zz/",
                                "https://w_z.y/",
                                "https://w.zz:/",
                                "https://w.zz:0/",
                                "https://w.zz:0443/",
                                "https://w.zz:65536/",
                                "https://w.zz:+1/",
                                "https://w.zz:4 43/",
                                "https://w.zz:99999999999/",
                                "https://[w.zz]/",
                                "https://[::1/",
                                "https://[::1]x/",
                                "https://[fe80::1%25eth0]/",
                                "https://::1/",
                                "https://2130706433/",
                                "https://0x7f000001/",
                                "https://0x7f.1/",
                                "https://0177.0.0.1/",
                                "https://127.1/",
                                "https://1.2.3/",
                                "https://1.2.3.4.5/",
                                "https://01.2.3.4/",
                                "https://7f000001/",
                                "https://dead.beef/",
                                "https://w.123/",
                                "https://256.1.1.1/",
                                "data:text/html,x",
                                "gopher://w.zz/",
                                "javascript:alert(1)",
                                "https://w.zz/<x>",
                                "https://w.zz/{x}",
                                "https://w.zz|c/",
                                "https://w^z/"})
    EXPECT_TRUE(refused(url)) << url;
  EXPECT_TRUE(refused("https://w.zz/" + std::string(9000, 'a')));
  EXPECT_TRUE(refused("https://" + std::string(64, 'a') + ".z/"));
}

TEST(Address, OnlyPublicOnesAreGlobal) {
  const auto global = [](const char* text) {
    return approval_url::is_global(approval_url::parse_address(text));
  };
  for (const char* const address : {"93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1",
                                    "2606:4700::1111", "2a00:1450::1", "2001:200::1"})
    EXPECT_TRUE(global(address)) << address;
  for (const char* const address : {"0.0.0.0",
                                    "10.0.0.1",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "127.0.0.1",
                                    "127.255.255.255",
                                    "169.254.169.254",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.0.0.1",
                                    "192.0.2.1",
                                    "192.88.99.1",
                                    "192.168.0.1",
                                    "198.18.0.1",
                                    "198.19.255.255",
                                    "198.51.100.1",
                                    "203.0.113.1",
                                    "224.0.0.1",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "::ffff:93.184.216.34",
                                    "::ffff:10.0.0.1",
                                    "64:ff9b::1.1.1.1",
                                    "64:ff9b:1::1",
                                    "100::1",
                                    "2001::1",
                                    "2001:20::1",
                                    "2001:db8::1",
                                    "2002:a00:1::1",
                                    "3fff::1",
                                    "5f00::1",
                                    "fc00::1",
                                    "fd00:ec2::254",
                                    "fe80::1",
                                    "fec0::1",
                                    "ff02::1"})
    EXPECT_FALSE(global(address)) << address;
}

}  // namespace
