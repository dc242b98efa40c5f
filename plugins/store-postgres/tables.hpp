// The tables of the sessions in PostgreSQL. The constraints are part of the protocol: one live
// session of an id, one record of a number, one record of an id.
#pragma once

namespace claif::store_postgres {

constexpr const char* kLockTables = "SELECT pg_advisory_xact_lock(4714002195210)";

constexpr const char* kTables[] = {
    "CREATE TABLE IF NOT EXISTS sessions ("
    " key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL, epoch text NOT NULL,"
    " version bigint NOT NULL, base bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL,"
    " updated_ms bigint NOT NULL, described bigint NOT NULL DEFAULT 0,"
    " pieces bigint NOT NULL DEFAULT 0, listing text, facts jsonb, erased_ms bigint)",
    "CREATE UNIQUE INDEX IF NOT EXISTS sessions_id ON sessions (id) WHERE erased_ms IS NULL",
    "CREATE INDEX IF NOT EXISTS sessions_newest ON sessions (updated_ms DESC, id)"
    " WHERE erased_ms IS NULL",
    "CREATE INDEX IF NOT EXISTS sessions_undescribed ON sessions (key)"
    " WHERE described < version AND erased_ms IS NULL",
    "CREATE INDEX IF NOT EXISTS sessions_facts ON sessions USING gin (facts jsonb_path_ops)",
    "CREATE TABLE IF NOT EXISTS records ("
    " session bigint NOT NULL REFERENCES sessions ON DELETE CASCADE, seq bigint NOT NULL,"
    " msg_id text NOT NULL, record text NOT NULL,"
    " UNIQUE (session, seq), UNIQUE (session, msg_id))",
    "CREATE TABLE IF NOT EXISTS words ("
    " session bigint NOT NULL REFERENCES sessions ON DELETE CASCADE, piece bigint NOT NULL,"
    " found tsvector NOT NULL, PRIMARY KEY (session, piece))",
    "CREATE INDEX IF NOT EXISTS words_found ON words USING gin (found)",
};

}  // namespace claif::store_postgres
