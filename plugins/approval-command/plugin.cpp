#include "lexer.hpp"

#include <claif/plugin.hpp>
#include <claif/sdk/approval_arguments.hpp>
#include <claif/sdk/approval_path.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace claif;
using approval_command::Argv;

struct Rule {
  Argv argv;
  bool operands = false;  // words may follow that are no options
};

class Command {
 public:
  static constexpr bool kBlocking = true;  // operands are looked up in the file system
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["tool", "arg", "rules"],
    "properties": {
      "tool": {"description": "The tool that runs commands, byte for byte", "type": "string"},
      "arg": {"description": "Its argument that is the command", "type": "string"},
      "rules": {
        "description": "The simple commands that may run",
        "type": "array",
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": ["argv"],
          "properties": {
            "argv": {
              "description": "The words of the command, byte for byte",
              "type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}
            },
            "extra": {
              "description": "none: no other word; operands: any that is no option, below the root",
              "type": "string", "enum": ["none", "operands"]
            }
          }
        }
      },
      "deny_words": {
        "description": "Words that no command may have, without case and width",
        "type": "array", "items": {"type": "string", "minLength": 1}
      },
      "root": {
        "description": "The directory that commands run in and no operand may leave, absolute",
        "type": "string"
      },
      "deny": {
        "description": "Globs of paths that no operand may be, such as **/secrets/**",
        "type": "array", "items": {"type": "string"}
      },
      "protect": {
        "description": "false: do not also deny what other programs run or trust",
        "type": "boolean"
      }
    }
  })";

  Command(sdk::Host, const sdk::Config& config)
      : tool_(config.string("tool")), arg_(config.string("arg")), deny_(globs(config)) {
    for (const std::string& item : config.items("rules"))
      add_rule(sdk::Config(item));
    for (const std::string& word : config.strings("deny_words"))
      deny_words_.insert(sdk::fold(word));
    if (config.has("root")) root_ = std::make_unique<sdk::PathRoot>(config.string("root"));
    const auto takes_operands = [](const Rule& rule) { return rule.operands; };
    if (root_ == nullptr && std::any_of(rules_.begin(), rules_.end(), takes_operands))
      throw sdk::Error("'root' is missing: without it no operand can be judged", CLAIF_E_ARG);
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (call.tool() != tool_) return sdk::Verdict::abstain();
    return sdk::judged([&] {
      const sdk::Arguments arguments(call);
      for (const Argv& argv : approval_command::split_command(arguments.text(arg_)))
        judge(argv);
      return sdk::Verdict::allow();
    });
  }

 private:
  static std::vector<std::string> globs(const sdk::Config& config) {
    std::vector<std::string> out = config.strings("deny");
    if (config.boolean("protect", true))
      for (std::string& glob : sdk::protected_paths())
        out.push_back(std::move(glob));
    return out;
  }

  static bool is_bare(std::string_view word) {
    return !word.empty() && word.front() != '-' &&
           std::all_of(word.begin(), word.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '.' || c == '+';
           });
  }

  void add_rule(const sdk::Config& config) {
    Rule rule{config.strings("argv"), config.string("extra", "none") == "operands"};
    if (!is_bare(rule.argv.front()))
      throw sdk::Error("the rule for '" + rule.argv.front() +
                           "' must name a command without a path: letters, digits, . _ + -",
                       CLAIF_E_ARG);
    rules_.push_back(std::move(rule));
  }

  // Throws when no rule lets `argv` run.
  void judge(const Argv& argv) const {
    for (const std::string& word : argv)
      if (is_denied_word(word))
        throw sdk::Error("the command has the denied word '" + word + "'", CLAIF_E_ARG);
    if (!is_bare(argv.front()))
      throw sdk::Error("'" + argv.front() + "' is no plain name of a command", CLAIF_E_ARG);
    std::string why = "no rule allows '" + argv.front() + "' with these words";
    for (const Rule& rule : rules_) {
      if (argv.size() < rule.argv.size() ||
          !std::equal(rule.argv.begin(), rule.argv.end(), argv.begin()))
        continue;
      if (argv.size() == rule.argv.size()) return;
      if (!rule.operands) continue;
      why = operand_defect(argv, rule.argv.size());
      if (why.empty()) return;
    }
    throw sdk::Error(why, CLAIF_E_ARG);
  }

  bool is_denied_word(const std::string& word) const {
    if (deny_words_.empty()) return false;
    const std::string folded = sdk::fold(word);
    return deny_words_.contains(folded) ||
           deny_words_.contains(folded.substr(folded.rfind('/') + 1));  // npos + 1 is 0
  }

  std::string operand_defect(const Argv& argv, size_t first) const {
    for (size_t i = first; i < argv.size(); ++i) {
      const std::string& word = argv[i];
      if (word.starts_with('-')) return "no rule allows the option '" + word + "'";
      try {
        judge_operand(word);
        // What follows = or @ is a path to some programs.
        for (size_t at = word.find_first_of("=@"); at != std::string::npos;
             at = word.find_first_of("=@", at + 1))
          judge_operand(word.substr(at + 1));
      } catch (const sdk::Error& error) {
        return "the operand '" + word + "': " + error.what();
      }
    }
    return {};
  }

  // A word that cannot be a path is compared with the globs only.
  void judge_operand(const std::string& word) const {
    sdk::refuse_denied(deny_, word);
    const bool looks_like_path =
        word.find('/') != std::string::npos || word.find("..") != std::string::npos;
    if (word.empty() || (!looks_like_path && !may_exist(word))) return;
    for (const std::string& form : sdk::path_forms(word)) {  // as programs may decode it
      if (form != word) sdk::refuse_denied(deny_, form);
      const std::string canonical = root_->resolve(form).canonical;
      if (canonical != form) sdk::refuse_denied(deny_, canonical);
    }
  }

  bool may_exist(const std::string& word) const {
    if (word.size() > 255) return false;  // no name in a directory is that long
    try {
      return root_->resolve(word).file.has_value();
    } catch (const sdk::Error&) {
      return true;
    }
  }

  std::string tool_, arg_;
  std::vector<Rule> rules_;
  std::set<std::string, std::less<>> deny_words_;  // folded
  std::unique_ptr<sdk::PathRoot> root_;
  sdk::DenyGlobs deny_;
};

}  // namespace

CLAIF_PLUGIN(Command, "claif.approval.command", "0.1.0");
