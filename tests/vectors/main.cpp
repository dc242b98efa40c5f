// claif-vectors: the vectors of a directory against the translation, or through a gateway.
#include "base/json.hpp"
#include "support/json_difference.hpp"
#include "support/vector_checks.hpp"
#include "vectors/through_gateway.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace claif;

constexpr std::string_view kHelp =
    R"(usage: claif-vectors [--http] DIR

Checks the translation between OpenAI's and Anthropic's formats against the vectors in DIR: the files
requests.json, responses_requests.json, responses.json, streams.json and errors.json, each a JSON
list, of which some may be missing. Prints a line for each vector that fails and a summary.

  --http        through `claif serve` and an upstream of its own: what reaches that, and what reaches
                the client; errors.json has no part in it. A gateway holds tool calls back until
                they are decided, so the chunks of chat completions may have them last

Example:
  claif-vectors --http tests/data/translation

exit codes: 0 all passed, 1 some failed, 2 DIR cannot be used
)";

struct Options {
  bool http = false;
  std::string directory;
};

using Check = std::function<std::string(const json::Value&)>;
struct Kind {
  std::string file;
  Check check;
};

std::vector<Kind> kinds(test::ThroughGateway* gateway) {
  if (gateway == nullptr)
    return {{"requests", test::check_request},
            {"responses_requests", test::check_request},
            {"responses", test::check_response},
            {"streams", test::check_stream},
            {"errors", test::check_error}};
  const Check request = [=](const json::Value& v) { return gateway->check_request(v); };
  return {{"requests", request},
          {"responses_requests", request},
          {"responses", [=](const json::Value& v) { return gateway->check_response(v); }},
          {"streams", [=](const json::Value& v) { return gateway->check_stream(v); }}};
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return text;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return in ? std::optional<std::string>(text.str()) : std::nullopt;
}

class Run {
 public:
  // False: the file is no list.
  bool file(const Kind& kind, const std::string& text) {
    const auto list = test::parsed(text);
    if (list.HasParseError() || !list.IsArray()) return false;
    for (const auto& vector : list.GetArray()) {
      const std::string name =
          kind.file + "/" + std::string(json::string_or(vector, "name", "(no name)"));
      count(name, kind.check(vector));
    }
    return true;
  }
  int end() const {
    std::cout << passed_ << " of " << passed_ + failed_ << " vectors passed, " << failed_
              << " failed\n";
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void count(const std::string& name, const std::string& problem) {
    if (problem.empty()) {
      ++passed_;
      return;
    }
    ++failed_;
    std::cout << name << ": " << one_line(problem) << '\n';
  }

  int passed_ = 0, failed_ = 0;
};

int refuse(const std::string& why) {
  std::cerr << "claif-vectors: " << why << '\n';
  return 2;
}

int run(const Options& options) {
  const auto gateway = options.http ? std::make_unique<test::ThroughGateway>() : nullptr;
  Run run;
  bool any = false;
  for (const Kind& kind : kinds(gateway.get())) {
    const std::string path = options.directory + "/" + kind.file + ".json";
    if (!std::filesystem::exists(path)) continue;
    const auto text = read_file(path);
    if (!text) return refuse(path + " cannot be read");
    if (!run.file(kind, *text)) return refuse(path + " is no JSON list");
    any = true;
  }
  if (!any) return refuse(options.directory + " has no vectors: see --help");
  return run.end();
}

// Nothing when the command line is wrong.
std::optional<Options> read_options(const std::vector<std::string>& args) {
  Options out;
  for (const std::string& arg : args) {
    if (arg == "--http") {
      out.http = true;
    } else if (arg.starts_with('-') || arg.empty() || !out.directory.empty()) {
      return std::nullopt;
    } else {
      out.directory = arg;
    }
  }
  return out.directory.empty() ? std::nullopt : std::optional<Options>(out);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 1 && (args[0] == "--help" || args[0] == "-h")) {
    std::cout << kHelp;
    return 0;
  }
  const auto options = read_options(args);
  if (!options) {
    std::cerr << kHelp;
    return 2;
  }
  return run(*options);
}
