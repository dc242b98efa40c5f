// Lists and searches in PostgreSQL.
#pragma once

#include "connection.hpp"

#include <claif/sdk/session_store.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace claif::store_postgres {

using Emit = std::function<void(std::string_view item)>;

// The cursor of the next page; empty at the end. Throws CLAIF_E_ARG as claif_store_v1.find does.
std::string find(Connection& db, const sdk::SessionQuery& query, const Emit& emit);
// What searches find of a session; `weight` is one of A to D.
void put_words(
    Connection& db, uint64_t key, uint64_t piece, std::string_view text, const char* weight);
// Without "\u0000", which jsonb cannot hold.
std::string without_zeros(std::string_view json);

}  // namespace claif::store_postgres
