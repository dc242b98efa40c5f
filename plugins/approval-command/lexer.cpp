#include "lexer.hpp"

#include <claif/sdk/approval_text.hpp>

#include <algorithm>
#include <array>

namespace approval_command {
namespace {

using claif::sdk::Error;

constexpr size_t kMostBytes = 128 * 1024, kMostCommands = 50;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("the command " + what, CLAIF_E_ARG);
}

// POSIX's and those of bash, zsh and ksh.
bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 27> kWords{
      "!",      "[[",   "]]",     "{",        "}",       "if",    "then",   "else",      "elif",
      "fi",     "do",   "done",   "case",     "esac",    "while", "until",  "for",       "in",
      "select", "time", "coproc", "function", "foreach", "end",   "repeat", "nocorrect", "noglob"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_assignment(std::string_view word) {
  const size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Argv> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ') {
        end_word();
        ++at_;
      } else if (c == '&' || c == '|' || c == ';') {
        end_word();
        take_operator();
      } else {
        take_part(c);
      }
    }
    end_word();
    end_command();
    return std::move(commands_);
  }

 private:
  bool next_is(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }

  void take_operator() {
    const char c = text_[at_];
    if (c == '&' && !next_is('&')) refuse("runs something in the background");
    if (c == ';' && next_is(';')) refuse("has a ;; that belongs to a case");
    at_ += next_is(c) ? 2 : 1;
    if (c == '|' && at_ < text_.size() && text_[at_] == '&') refuse("has a redirection");
    end_command();
  }

  // The beginning or a part of a word.
  void take_part(char c) {
    if (c == '\'') return take_single_quoted();
    if (c == '"') return take_double_quoted();
    if (c == '\\') {
      if (at_ + 1 == text_.size()) refuse("ends in a backslash");
      quoted_ = in_word_ = true;
      word_ += text_[at_ + 1];
      at_ += 2;
      return;
    }
    static constexpr std::string_view kRefused = "$`<>(){}[]*?!^";
    const bool is_home = c == '~' && (!in_word_ || text_[at_ - 1] == '=' || text_[at_ - 1] == ':');
    if (is_home || kRefused.find(c) != std::string_view::npos)
      refuse(std::string("has an unquoted ") + c + ", which a shell replaces or acts on");
    if (c == '#' && !in_word_) refuse("has a comment");
    in_word_ = true;
    word_ += c;
    ++at_;
  }

  void take_single_quoted() {
    const size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) refuse("has a quote that does not end");
    word_ += text_.substr(at_ + 1, end - at_ - 1);
    quoted_ = in_word_ = true;
    at_ = end + 1;
  }

  void take_double_quoted() {
    quoted_ = in_word_ = true;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return;
      }
      if (c == '$' || c == '`' || c == '!')
        refuse(std::string("has a ") + c + " in double quotes, which a shell replaces");
      const bool escapes =
          c == '\\' && at_ + 1 < text_.size() &&
          std::string_view("$`\"\\").find(text_[at_ + 1]) != std::string_view::npos;
      if (escapes) ++at_;
      word_ += text_[at_];
    }
    refuse("has a quote that does not end");
  }

  void end_word() {
    if (!in_word_) return;
    if (argv_.empty() && !quoted_ && is_reserved(word_))
      refuse("has the reserved word '" + word_ + "'");
    if (argv_.empty() && is_assignment(word_)) refuse("sets a variable before a command");
    argv_.push_back(std::move(word_));
    word_.clear();
    in_word_ = quoted_ = false;
  }

  void end_command() {
    if (argv_.empty()) refuse(commands_.empty() ? "is empty" : "has nothing between two operators");
    if (commands_.size() == kMostCommands) refuse("is made of more than 50 commands");
    commands_.push_back(std::move(argv_));
    argv_.clear();
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string word_;
  bool in_word_ = false, quoted_ = false;
  Argv argv_;
  std::vector<Argv> commands_;
};

}  // namespace

std::vector<Argv> split_command(std::string_view command) {
  if (command.size() > kMostBytes) refuse("is longer than 128 KiB");
  if (!claif::sdk::is_plain(command))
    refuse("has control characters, invisible ones or blanks that no shell knows");
  return Lexer(command).run();
}

}  // namespace approval_command
