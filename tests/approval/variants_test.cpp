// Takes cases that are denied, and changes them as whoever wants them allowed would: in ways that
// make no difference to the tool. The answer must stay deny (reliability.md 4.6).
// CLAIF_TEST_TRIALS=100000 is the whole test.
#include "approval/cases.hpp"
#include "approval_cases/case.hpp"
#include "approval_cases/policy.hpp"

#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

using cases::CaseData;
using cases::Policy;
using cases::Workspace;

class Random {
 public:
  size_t below(size_t n) { return n == 0 ? 0 : engine_() % n; }
  bool coin(unsigned one_in = 2) { return below(one_in) == 0; }

 private:
  std::mt19937 engine_{11};  // NOLINT(cert-msc51-cpp): the same trials in every run
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

std::string flip_case(std::string s, Random& random) {
  for (char& c : s)
    if (is_letter(c) && random.coin()) c = static_cast<char>(c ^ 0x20);
  return s;
}

// One letter or digit as its full-width form.
std::string widen(const std::string& s, Random& random) {
  const size_t at = random.below(s.size());
  if (s.empty() || !is_word(s[at])) return s;
  const unsigned c = 0xFF00u + static_cast<unsigned char>(s[at]) - 0x20;
  const std::string wide{static_cast<char>(0xE0 | c >> 12),
                         static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                         static_cast<char>(0x80 | (c & 0x3F))};
  return s.substr(0, at) + wide + s.substr(at + 1);
}

std::string insert(const std::string& s, size_t at, std::string_view what) {
  return s.substr(0, at) + std::string(what) + s.substr(at);
}

std::string vary_name_of_deny_list(const std::string& name, Random& random) {
  switch (random.below(4)) {
    case 0:
      return flip_case(name, random);
    case 1:
      return insert(name, random.below(name.size() + 1), random.coin() ? "-" : "_");
    case 2:
      return widen(name, random);
    default:
      return insert(name, random.below(name.size() + 1),
                    random.coin() ? "\xE2\x80\x8B" : "\xC2\xAD");
  }
}

std::string vary_name_of_pattern(std::string name, Random& random) {
  if (random.coin()) return flip_case(name, random);
  for (char& c : name)
    if ((c == '_' || c == '-') && random.coin()) c = c == '_' ? '-' : '_';
  return name;
}

std::string vary_path(const std::string& path, bool any_name, Random& random) {
  const size_t slash = path.find('/', random.below(path.size() + 1));
  switch (random.below(any_name ? 7 : 4)) {
    case 0:
      return path.starts_with('/') ? "/." + path : "./" + path;
    case 1:
      return slash == std::string::npos ? path : insert(path, slash, random.coin() ? "/" : "/.");
    case 2: {
      const size_t at = random.below(path.size());
      if (path.empty() || !is_word(path[at])) return path;
      constexpr char kDigits[] = "0123456789abcdef";
      const auto c = static_cast<unsigned char>(path[at]);
      return path.substr(0, at) + "%" + kDigits[c >> 4] + kDigits[c & 15] + path.substr(at + 1);
    }
    case 3:
      return widen(path, random);
    case 4:
      return flip_case(path, random);
    case 5:
      return path + (random.coin() ? "." : " ");
    default:
      return path.empty() ? path : insert(path, 1 + random.below(path.size()), "\xC2\xAD");
  }
}

// Where no quote or backslash comes before.
size_t plain_prefix(const std::string& command) {
  return std::min(command.find_first_of("'\"\\"), command.size());
}

std::string vary_command(const std::string& command, Random& random) {
  const size_t plain = plain_prefix(command);
  switch (random.below(6)) {
    case 0: {
      const size_t blank = command.substr(0, plain).find(' ', random.below(plain + 1));
      return blank == std::string::npos ? command : insert(command, blank, " ");
    }
    case 1: {  // quotes around one letter
      const size_t at = random.below(plain);
      if (at >= plain || !is_word(command[at])) return command;
      const std::string quote = random.coin() ? "'" : "\"";
      return command.substr(0, at) + quote + command[at] + quote + command.substr(at + 1);
    }
    case 2: {
      const size_t at = random.below(plain);
      return at < plain && is_word(command[at]) ? insert(command, at, "\\") : command;
    }
    case 3:
      return "git status && " + command;
    case 4:
      return command + (random.coin() ? " ; git status" : " | git log");
    default: {
      const size_t at = random.below(plain);
      return at < plain && is_word(command[at]) ? insert(command, at, random.coin() ? "''" : "\"\"")
                                                : command;
    }
  }
}

std::string vary_url(const std::string& url, Random& random) {
  const size_t authority = url.find("://");
  switch (random.below(5)) {
    case 0:
      return flip_case(url, random);
    case 1:
      return url + (random.coin() ? "#f" : "&a=1");
    case 2:
      return widen(url, random);
    case 3:
      return authority == std::string::npos ? url : insert(url, authority + 3, "docs.python.org@");
    default:
      return random.coin() ? " " + url : url + "\t";
  }
}

// The same JSON, written differently: blanks between tokens, members in another order, characters
// as escapes.
void rewrite(const json::Value& v, Random& random, std::string& out);

void rewrite_text(std::string_view text, Random& random, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (is_word(c) && random.coin(8)) {
      constexpr char kDigits[] = "0123456789abcdef";
      (out += "\\u00") += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[c & 15];
      continue;
    }
    const std::string quoted = json::quote(std::string_view(&c, 1));
    out +=
        static_cast<signed char>(c) < 0 ? std::string(1, c) : quoted.substr(1, quoted.size() - 2);
  }
  out += '"';
}

void blank(Random& random, std::string& out) {
  if (random.coin(3)) out += " \n\t\r"[random.below(4)];
}

void rewrite(const json::Value& v, Random& random, std::string& out) {
  blank(random, out);
  if (v.IsString()) {
    rewrite_text(json::text(v), random, out);
  } else if (v.IsObject()) {
    std::vector<const json::Value::Member*> members;
    for (const auto& member : v.GetObject())
      members.insert(members.begin() + static_cast<ptrdiff_t>(random.below(members.size() + 1)),
                     &member);
    out += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      blank(random, out);
      rewrite_text(json::text(members[i]->name), random, out);
      blank(random, out);
      out += ':';
      rewrite(members[i]->value, random, out);
    }
    out += '}';
  } else if (v.IsArray()) {
    out += '[';
    for (unsigned i = 0; i < v.Size(); ++i) {
      if (i > 0) out += ',';
      rewrite(v[i], random, out);
    }
    out += ']';
  } else {
    out += json::dump(v);
  }
  blank(random, out);
}

// A case that is denied, with its files and its policy.
struct Denied {
  std::string id;
  std::unique_ptr<Workspace> workspace;
  std::unique_ptr<CaseData> data;
  Policy policy;
  std::string type;                             // of its strategy
  std::string argument;                         // what of its arguments is judged; may be empty
  bool denies_names = false, any_name = false;  // how its name, its path may be spelt
};

class Variants : public testing::Test {
 protected:
  Variants() {
    const auto all = cases::read_cases(CaseRig::corpus());
    for (const std::string& each : *all)
      keep(each);
  }

  void keep(const std::string& text) {
    Denied d;
    auto workspace = Workspace::create();
    d.workspace = std::make_unique<Workspace>(std::move(*workspace));
    auto data = CaseData::read(d.workspace->fill_in(text));
    if (!data || data->expected() != "deny" || data->has_stream() ||
        text.find("\"behaviour\"") != text.npos || data->call().input.size() > 4096 ||
        !json::parse(data->call().input))
      return;
    d.data = std::make_unique<CaseData>(std::move(*data));
    for (const json::Value& operation : d.data->list("fs"))
      ASSERT_TRUE(d.workspace->apply(operation));
    const json::Value* strategy = d.data->find("strategy");
    const auto spec = cases::policy_of(*strategy, d.data->root());
    auto policy = spec ? rig_.runner().load(*spec) : Result<Policy>(fail(spec.error()));
    if (!policy) return;  // denied however it is called
    d.policy = std::move(*policy);
    d.id = d.data->text("id");
    d.type = json::string_or(*strategy, "type");
    d.argument = json::string_or(*strategy, "arg");
    if (d.type == "path") d.argument = "path";
    d.denies_names = d.type == "deny_list" || json::string_or(*strategy, "mode") == "deny";
    // Only a name that is denied by its spelling may be spelt otherwise and be the same.
    d.any_name = d.id.find("S-path") == 0 &&
                 d.data->argument("path").find('.') != std::string::npos &&
                 json::string_or(*strategy, "access") == "read";
    denied_.push_back(std::move(d));
  }

  approval::Call vary(const Denied& d) {
    approval::Call call = d.data->call();
    for (size_t n = 1 + random_.below(3); n > 0; --n) {
      if (d.denies_names)
        call.name = d.type == "deny_list" ? vary_name_of_deny_list(call.name, random_)
                                          : vary_name_of_pattern(call.name, random_);
      if (!d.argument.empty()) vary_argument(d, call);
    }
    if (const auto doc = json::parse(call.input); doc && random_.coin()) {
      call.input.clear();
      rewrite(doc->root(), random_, call.input);
    }
    return call;
  }

  void vary_argument(const Denied& d, approval::Call& call) {
    auto doc = json::parse(call.input);
    const json::Value* value = json::find(doc->root(), d.argument);
    if (value == nullptr || !value->IsString()) return;
    const std::string text(json::text(*value));
    std::string other = text;
    if (d.type == "path") other = vary_path(text, d.any_name, random_);
    if (d.type == "command") other = vary_command(text, random_);
    if (d.type == "url") other = vary_url(text, random_);
    json::Writer out;
    out.object();
    for (const auto& member : doc->root().GetObject()) {
      out.any_key(json::text(member.name));
      if (json::text(member.name) == d.argument)
        out.string(other);
      else
        out.value(member.value);
    }
    call.input = out.end_object().take();
  }

  CaseRig rig_;
  Random random_;
  std::vector<Denied> denied_;
};

TEST_F(Variants, StayDenied) {
  const char* const wanted = std::getenv("CLAIF_TEST_TRIALS");  // NOLINT(concurrency-mt-unsafe)
  const size_t trials = wanted != nullptr ? static_cast<size_t>(std::atoll(wanted)) : 600;
  ASSERT_GT(denied_.size(), 90u);
  std::set<std::string> flipped;
  for (size_t trial = 0; trial < trials; ++trial) {
    const Denied& d = denied_[trial % denied_.size()];
    const approval::Call call = vary(d);
    std::vector<wire::OfferedTool> offered = d.data->offered();
    if (!d.data->declares_tools()) offered.push_back({call.name, offered.front().input_schema});
    const auto ruling = rig_.runner().rule(*d.policy, d.data->session(), {call}, offered).front();
    if (ruling.allowed && flipped.insert(d.id).second)
      ADD_FAILURE() << d.id << " is allowed as " << call.name << ' ' << call.input;
  }
}

}  // namespace
}  // namespace claif::test
