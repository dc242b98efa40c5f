// "Did you mean": the nearest of a set of names.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace claif {

// Number of single-character edits between two short names (Levenshtein).
inline size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// "; did you mean 'x'?" or "" when nothing is near.
template <class Names>
std::string suggestion(std::string_view wrong, const Names& names) {
  std::string_view best;
  size_t least = wrong.size() / 3 + 2;
  for (const std::string_view name : names)
    if (const size_t d = edit_distance(wrong, name); d < least) least = d, best = name;
  return best.empty() ? "" : "; did you mean '" + std::string(best) + "'?";
}

}  // namespace claif
