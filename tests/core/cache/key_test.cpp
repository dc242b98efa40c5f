#include "cache/key.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::cache {
namespace {

const std::string kPlain =
    R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}]})";

KeyFacts facts() {
  return {"tenant", {"anthropic 1", "hook 2"}};
}

wire::MessagesRequest request(std::string body) {
  wire::MessagesRequest out;
  out.body = std::move(body);
  out.api_version = "2026-10-21";
  out.beta = "beta";
  return out;
}

// Empty: there is none.
std::string key(const std::string& body, const KeyFacts& of = facts()) {
  return key_of(of, request(body)).value_or("");
}

TEST(CacheKey, IsSixtyFourHexDigits) {
  EXPECT_EQ(key(kPlain).size(), 64u);
  EXPECT_EQ(key(kPlain).find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(CacheKey, IsTheSameForWhatAsksTheSame) {
  for (
      const char* same :
      {R"({"model":"m","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"x"}]})",
       R"({"stream":false,"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}]})",
       R"( { "model" : "m", "max_tokens":5, "messages":[ {"role":"user","content":"x"} ] , "stream" : true } )",
       R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}],"str\u0065am":true})",
       R"({"messages":[{"content":"\u0078","role":"user"}],"max_tokens":5.0,"model":"m"})",
       R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}],"stop_sequences":[],"temperature":1.0,"tools":[ ],"tool_choice":{"type":"auto"},"service_tier":"auto","system":[]})"})
    EXPECT_EQ(key(same), key(kPlain)) << same;
}

TEST(CacheKey, CountsTheOrderOfListsAndBlanksInTexts) {
  EXPECT_NE(key(R"({"messages":[1,2]})"), key(R"({"messages":[2,1]})"));
  EXPECT_NE(key(R"({"m":"a b"})"), key(R"({"m":"ab"})"));
}

TEST(CacheKey, TheBillingHeaderOfClaudeCodeDoesNotCount) {
  const auto of = [](const std::string& system) {
    return key(R"({"model":"m","system":)" + system + R"(,"messages":[]})");
  };
  const std::string header =
      R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli"})";
  const std::string other =
      R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.331"})";
  const std::string prompt = R"({"type":"text","text":"Be kind."})";
  EXPECT_EQ(of("[" + header + "," + prompt + "]"), of("[ " + other + " ,\n" + prompt + "]"));
  EXPECT_EQ(of("[" + header + "]"), of("[" + other + "]"));
  EXPECT_NE(of("[" + header + "," + prompt + "]"), of("[" + header + "]"));
  EXPECT_NE(of("[" + prompt + "," + header + "]"), of("[" + prompt + "," + other + "]"));
}

TEST(CacheKey, DependsOnEveryFact) {
  std::set<std::string> keys{key(kPlain)};
  for (const KeyFacts& other :
       {KeyFacts{"other", {"anthropic 1", "hook 2"}}, KeyFacts{"tenant", {"anthropic 2", "hook 2"}},
        KeyFacts{"tenant", {"anthropic 1"}}, KeyFacts{"tenant", {"anthropic 1", "hook 3"}},
        KeyFacts{"tenant", {"hook 2", "anthropic 1"}}, KeyFacts{"tenant", {"anthropic 1hook 2"}},
        KeyFacts{"tenantanthropic 1", {"hook 2"}}})
    EXPECT_TRUE(keys.insert(key(kPlain, other)).second);
  for (std::string wire::MessagesRequest::*const field :
       {&wire::MessagesRequest::api_version, &wire::MessagesRequest::beta,
        &wire::MessagesRequest::query}) {
    wire::MessagesRequest changed = request(kPlain);
    changed.*field = "another";
    EXPECT_TRUE(keys.insert(key_of(facts(), changed).value()).second);
  }
}

// Every member that Anthropic's API knows today, and one that it may know tomorrow.
TEST(CacheKey, DependsOnEveryMemberButStream) {
  std::set<std::string> keys{key(kPlain)};
  for (const char* member : {"cache_control", "container",      "context_management",
                             "inference_geo", "max_tokens",     "mcp_servers",
                             "messages",      "metadata",       "model",
                             "output_config", "output_format",  "service_tier",
                             "speed",         "stop_sequences", "system",
                             "temperature",   "thinking",       "tool_choice",
                             "tools",         "top_k",          "top_p",
                             "tomorrow"}) {
    const std::string body = std::string("{\"") + member + "\":";
    EXPECT_TRUE(keys.insert(key(body + "\"x\"}")).second) << member;
    EXPECT_TRUE(keys.insert(key(body + "\"y\"}")).second) << member;
  }
  EXPECT_EQ(key(R"({"a":1,"stream":"x"})"), key(R"({"a":1,"stream":"y"})"));
}

TEST(CacheKey, CountsAStreamMemberInsideAToolsArguments) {
  EXPECT_NE(key(R"({"messages":[{"content":[{"input":{"a":1,"stream":true}}]}]})"),
            key(R"({"messages":[{"content":[{"input":{"a":1}}]}]})"));
}

TEST(CacheKey, IsNotForWhatIsSomewhereElse) {
  EXPECT_EQ(
      key(R"({"messages":[{"content":[{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]}]})"),
      "");
  EXPECT_NE(key(R"({"messages":[{"content":"\"type\":\"url\""}]})"), "");
}

TEST(CacheKey, IsNotForWhatHasNoCanonicalForm) {
  EXPECT_EQ(key(R"({"model":"m","model":"n"})"), "");
  EXPECT_EQ(key(R"({"messages":[{"role":"user","role":"assistant"}]})"), "");
  EXPECT_EQ(key(R"({"temperature":1e999})"), "");
}

// Bodies at random, written in two ways, and with one thing changed.
class Bodies {
 public:
  explicit Bodies(unsigned seed) : random_(seed) {}

  struct Value {
    char kind;  // s, n, a or o
    std::string text;
    std::vector<Value> items;
    std::vector<std::string> names;
  };

  Value object(unsigned depth) {
    Value out{'o', {}, {}, {}};
    const unsigned n = 1 + below(4);
    for (unsigned i = 0; i < n; ++i) {
      out.names.push_back("k" + std::to_string(i) + (below(3) == 0 ? "\u00e9" : ""));
      out.items.push_back(value(depth));
    }
    return out;
  }
  Value value(unsigned depth) {
    switch (below(depth == 0 ? 2 : 4)) {
      case 0:
        return {
            's', "text " + std::to_string(below(1000)) + (below(2) == 0 ? "\n" : "\u20ac"), {}, {}};
      case 1:
        return {'n', std::to_string(below(100'000)), {}, {}};
      case 2: {
        Value out{'a', {}, {}, {}};
        for (unsigned i = below(4); i > 0; --i)
          out.items.push_back(value(depth - 1));
        return out;
      }
      default:
        return object(depth - 1);
    }
  }
  // In one of the many ways to write it.
  std::string write(const Value& v) {
    switch (v.kind) {
      case 's':
        return written_text(v.text);
      case 'n':
        return below(3) == 0 ? v.text + ".0" : below(3) == 0 ? v.text + "e0" : v.text;
      default:
        break;
    }
    std::vector<size_t> order(v.items.size());
    for (size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    if (v.kind == 'o') std::shuffle(order.begin(), order.end(), random_);
    std::string out = v.kind == 'o' ? "{" : "[";
    for (size_t n = 0; n < order.size(); ++n) {
      if (n > 0) out += "," + blanks();
      if (v.kind == 'o') out += written_text(v.names[order[n]]) + blanks() + ":" + blanks();
      out += write(v.items[order[n]]) + blanks();
    }
    return out + (v.kind == 'o' ? "}" : "]");
  }
  // Changes one thing somewhere in `v`.
  void change(Value& v) {
    if ((v.kind == 'a' || v.kind == 'o') && !v.items.empty() && below(3) != 0)
      return change(v.items[below(static_cast<unsigned>(v.items.size()))]);
    if (v.kind == 's')
      v.text += "!";
    else if (v.kind == 'n')
      v.text += "1";
    else if (v.kind == 'a')
      v.items.push_back({'n', "1", {}, {}});
    else
      v.names[below(static_cast<unsigned>(v.names.size()))] += "x";
  }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  std::string blanks() { return below(4) == 0 ? " \n\t" : ""; }
  std::string written_text(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '\n')
        out += below(2) == 0 ? "\\n" : "\\u000A";
      else if (c == 't' && below(4) == 0)
        out += "\\u0074";
      else
        out += c;
    }
    return out + "\"";
  }
  std::mt19937 random_;
};

TEST(CacheKey, IsEqualForEqualRequestsAndDifferentForDifferentOnes) {
  Bodies bodies(1);
  for (int i = 0; i < 10'000; ++i) {
    Bodies::Value body = bodies.object(3);
    const std::string one = bodies.write(body), same = bodies.write(body);
    const std::string of_one = key(one);
    ASSERT_NE(of_one, "") << one;
    ASSERT_EQ(of_one, key(same)) << one << "\n" << same;
    bodies.change(body);
    const std::string other = bodies.write(body);
    ASSERT_NE(of_one, key(other)) << one << "\n" << other;
  }
}

}  // namespace
}  // namespace claif::cache
