#include "wire/models.hpp"

#include "wire/model_table.hpp"

#include <array>
#include <cctype>

namespace claif::wire {
namespace {

using enum Thinking;

//                         id               max out  class xhigh forced mid   prefill sampling
constexpr std::array kModels{
    ModelRow{"claude-fable-5-2", 128000, a, true, false, true, false, false},
    ModelRow{"claude-mythos-5-2", 128000, a, true, false, true, false, false},
    ModelRow{"claude-fable-5-1", 128000, a, true, false, true, false, false},
    ModelRow{"claude-mythos-5-1", 128000, a, true, false, true, false, false},
    ModelRow{"claude-fable-5", 128000, a, true, true, true, false, false},
    ModelRow{"claude-mythos-5", 128000, a, true, true, true, false, false},
    ModelRow{"claude-opus-5-5", 128000, a, true, false, true, false, false},
    ModelRow{"claude-sonnet-5-5", 128000, e, true, false, true, false, false},
    ModelRow{"claude-haiku-5-5", 128000, b, true, true, true, false, false},
    ModelRow{"claude-opus-5", 128000, b, true, true, true, false, false},
    ModelRow{"claude-sonnet-5", 128000, b, true, true, false, false, false},
    ModelRow{"claude-opus-4-8", 128000, c, true, true, true, false, false},
    ModelRow{"claude-opus-4-7", 128000, c, true, true, false, false, false},
    ModelRow{"claude-opus-4-6", 128000, c, false, true, false, false, true},
    ModelRow{"claude-sonnet-4-6", 128000, c, false, true, false, false, true},
    ModelRow{"claude-opus-4-5", 64000, d, false, true, false, true, true, 200'000},
    ModelRow{"claude-haiku-4-5", 64000, d, false, true, false, true, true, 200'000},
    ModelRow{"claude-sonnet-4-5", 64000, d, false, true, false, true, true, 200'000},
    ModelRow{"claude-mythos-preview", 64000, a, false, true, false, false, false, 0},
};
constexpr ModelRow kUnknown{"", 64000, a, true, true, false, false, false, 0};

struct Synonym {
  std::string_view name, id;
};
constexpr std::array kDated{
    Synonym{"claude-opus-4-5-20251101", "claude-opus-4-5"},
    Synonym{"claude-haiku-4-5-20251001", "claude-haiku-4-5"},
    Synonym{"claude-sonnet-4-5-20250929", "claude-sonnet-4-5"},
};
constexpr std::array kShorthands{
    Synonym{"opus", "claude-opus-5-5"},
    Synonym{"sonnet", "claude-sonnet-5-5"},
    Synonym{"haiku", "claude-haiku-5-5"},
    Synonym{"fable", "claude-fable-5-2"},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// claude-<name>-X.Y is claude-<name>-X-Y.
std::string undot(std::string name) {
  for (size_t i = 1; i + 1 < name.size(); ++i)
    if (name[i] == '.' && is_digit(name[i - 1]) && is_digit(name[i + 1])) name[i] = '-';
  return name;
}

std::string expand_shorthand(std::string name) {
  std::string_view line = name;
  if (line.starts_with("claude-")) line.remove_prefix(7);
  if (line.ends_with("-latest")) line.remove_suffix(7);
  for (const Synonym& s : kShorthands)
    if (line == s.name) return std::string(s.id);
  return name;
}

const ModelRow* find_row(std::string_view id, const ModelTable* table) {
  id = table_id(id);
  if (table != nullptr) return table->find(id);
  for (const ModelRow& row : kModels)
    if (row.id == id) return &row;
  return nullptr;
}

}  // namespace

Result<ResolvedModel> resolve_model(std::string_view name,
                                    const ModelAliases& aliases,
                                    const ModelTable* table) {
  std::string id(name);
  if (const auto alias = aliases.find(name); alias != aliases.end()) id = alias->second;
  if (id.starts_with("anthropic/")) id.erase(0, 10);
  if (id.starts_with("claude-")) id = undot(std::move(id));
  id = expand_shorthand(std::move(id));
  if (const ModelRow* row = find_row(id, table)) return ResolvedModel{std::move(id), *row};
  if (id.starts_with("claude-") && id.size() > 7) return ResolvedModel{std::move(id), kUnknown};
  Error error;
  error.code = Errc::not_found;
  error.message = "the model '" + std::string(name) +
                  "' does not exist: use a claude-* id, or opus, sonnet, haiku or fable";
  error.param = "model";
  error.reason = "model_not_found";
  return fail(std::move(error));
}

std::span<const ModelRow> known_models() {
  return kModels;
}

const ModelRow& unknown_model() {
  return kUnknown;
}

std::string_view table_id(std::string_view id) {
  for (const Synonym& s : kDated)
    if (id == s.name) return s.id;
  return id;
}

}  // namespace claif::wire
