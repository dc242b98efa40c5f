// What every session store refuses (claif.session-store/1).
#pragma once

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <string_view>

namespace claif::stores {

inline bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}
inline void require_session_id(std::string_view id) {
  if (!is_id(id))
    throw sdk::Error("a session id has 1 to 64 letters, digits, '_' and '-'", CLAIF_E_ARG);
}
inline void require_record_id(std::string_view id) {
  if (!is_id(id))
    throw sdk::Error("a record's id has 1 to 64 letters, digits, '_' and '-'", CLAIF_E_ARG);
}
inline void require_record(std::string_view record) {
  if (!record.starts_with('{') || !record.ends_with('}') ||
      record.find('\n') != std::string_view::npos)
    throw sdk::Error("a record must be one JSON object without line feeds", CLAIF_E_ARG);
}

}  // namespace claif::stores
