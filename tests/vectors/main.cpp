// claif-vectors DIR: the vectors of a directory against the translation.
#include "base/json.hpp"
#include "support/json_difference.hpp"
#include "support/vector_checks.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using namespace claif;

constexpr std::string_view kHelp =
    R"(usage: claif-vectors DIR

Checks the translation between OpenAI's and Anthropic's formats against the vectors in DIR: the files
requests.json, responses.json, streams.json and errors.json, each a JSON list. Prints a line for each
vector that fails and a summary.

exit codes: 0 all passed, 1 some failed, 2 DIR cannot be used
)";

struct Kind {
  std::string_view file;
  std::string (*check)(const json::Value&);
};
constexpr std::array<Kind, 4> kKinds{{{"requests", test::check_request},
                                      {"responses", test::check_response},
                                      {"streams", test::check_stream},
                                      {"errors", test::check_error}}};

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return text;
}

// The list in the file; what is wrong with it goes to standard error.
std::optional<rapidjson::Document> read_list(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) {
    std::cerr << "claif-vectors: " << path << " cannot be read\n";
    return std::nullopt;
  }
  auto doc = test::parsed(text.str());
  if (doc.HasParseError() || !doc.IsArray()) {
    std::cerr << "claif-vectors: " << path << " is no JSON list\n";
    return std::nullopt;
  }
  return doc;
}

int run(const std::string& directory) {
  int passed = 0, failed = 0;
  for (const Kind& kind : kKinds) {
    const auto list = read_list(directory + "/" + std::string(kind.file) + ".json");
    if (!list) return 2;
    for (const auto& vector : list->GetArray()) {
      const std::string problem = kind.check(vector);
      ++(problem.empty() ? passed : failed);
      if (!problem.empty())
        std::cout << kind.file << '/' << json::string_or(vector, "name", "(no name)") << ": "
                  << one_line(problem) << '\n';
    }
  }
  std::cout << passed << " of " << passed + failed << " vectors passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument == "--help" || argument == "-h") {
    std::cout << kHelp;
    return 0;
  }
  if (argument.empty() || argument.starts_with('-')) {
    std::cerr << kHelp;
    return 2;
  }
  return run(std::string(argument));
}
