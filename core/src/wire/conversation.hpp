// A conversation in Anthropic's shape, made from what OpenAI's APIs call messages or items
// (translation.md 2.2-2.5): system text goes to the top, what one side says in a row becomes one
// message, tool results come first in theirs.
#pragma once

#include "wire/content.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// Feed it in order, then finish(), then write. Views must outlive it. Not thread-safe.
class Conversation {
 public:
  explicit Conversation(Draft& draft) : draft_(draft) {}

  // P2-P4. Blank text is passed over.
  void add_system(Part piece);
  // The parts of one user message; blank text is dropped (P7).
  void add_user(std::vector<Part> parts);
  // The parts of one assistant message. `param` names its calls in the error when one is left
  // unanswered (P21), which shows when the user's side is heard first and then the assistant again.
  Result<void> add_assistant(std::vector<Part> parts, const std::string& param);
  // P19: a result for an open call. `param` names the id in errors.
  Result<void> add_result(Part result, const std::string& param);
  // P22: the id of the latest open call of a function of that name, or empty.
  std::string open_call_of(std::string_view name) const;
  // P5, P7, P9, P10, P21: how a conversation begins and ends. `param` is the list's name.
  Result<void> finish(const std::string& param);
  // A last piece of the top-level system text; after finish().
  void add_final_system(std::string text);

  bool ends_with_prefill() const { return prefill_; }
  // T2: the assistant's last turn calls tools, but does not begin with its thinking.
  bool last_calls_lack_thinking() const;
  // P23: the distinct names of the tools that were called, in order.
  std::vector<std::string_view> called_tools() const;
  // The places of cache_control in order: system, then messages.
  void collect_cache_controls(std::vector<std::string*>& out);

  void write_system(json::Writer& out) const;    // the member "system", unless there is none
  void write_messages(json::Writer& out) const;  // the elements of "messages"

 private:
  enum class Side { user, assistant };
  struct Turn {
    Side side;
    std::vector<Part> parts;
    std::vector<Part> system;  // P3: goes after this turn
  };
  struct OpenCall {
    std::string id, param;
    std::string_view name;
  };
  std::vector<Part>& turn(Side side);
  void place_system();
  Result<void> check_answered() const;
  void trim_prefill();
  void write_turn(const Turn& turn, json::Writer& out) const;

  Draft& draft_;
  std::vector<Part> system_, held_system_;
  std::vector<Turn> turns_;
  std::vector<OpenCall> open_;
  bool prefill_ = false;
};

}  // namespace claif::wire
