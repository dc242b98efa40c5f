// What claif knows of Claude's models: translation.md section 1 (R1-R4).
#pragma once

#include <claif/result.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace claif::wire {

// How a model thinks: A always on, B on by default, C off by default (adaptive), D off by default
// (budget only), E on by default and never quite off.
enum class Thinking : char { a = 'A', b = 'B', c = 'C', d = 'D', e = 'E' };

struct ModelRow {
  std::string_view id;
  int64_t max_output;  // tokens
  Thinking thinking;
  bool xhigh_effort;
  bool forced_tools;               // accepts tool_choice any or tool
  bool mid_system;                 // accepts a system message after the first turn
  bool prefill;                    // accepts a last message of the assistant
  bool sampling;                   // accepts temperature, top_p, top_k
  int64_t max_input = 1'000'000;   // tokens; 0: unknown
  bool structured_outputs = true;  // accepts output_config.format and strict tools
};

using ModelAliases = std::map<std::string, std::string, std::less<>>;

struct ResolvedModel {
  std::string id;
  ModelRow row;  // of the id, or of an unknown Claude model
};

class ModelTable;

// Applies aliases and shorthands (R2) and finds the row (R3), in `table` or else in the built-in
// one. not_found, with param "model" and reason model_not_found, for what is no Claude model.
Result<ResolvedModel> resolve_model(std::string_view name,
                                    const ModelAliases& aliases,
                                    const ModelTable* table = nullptr);

// The built-in table: the models that a client may be told about, newest first.
std::span<const ModelRow> known_models();
// The row of a model that no table has, but for its id.
const ModelRow& unknown_model();
// The id under which a table has the model: without the date of some.
std::string_view table_id(std::string_view id);

}  // namespace claif::wire
