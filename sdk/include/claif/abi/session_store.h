/* claif.session-store/1: append-only records, by session. A session id matches [A-Za-z0-9_-]{1,64}.
 * A record is one JSON object without raw newlines; the host gives it, and the store returns it,
 * byte for byte. An append that finished OK is durable.
 *
 * Records are numbered from 1. They are the truth; what a store lists and searches is derived from them
 * by the host, which hands it over with `describe`, and may be lost: the host makes it again. */
#ifndef CLAIF_ABI_SESSION_STORE_H
#define CLAIF_ABI_SESSION_STORE_H

#include "op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_SESSION_STORE_ID "claif.session-store/1"
#define CLAIF_SEQ_ANY UINT64_MAX

/* Where `restore` takes a session from. */
enum { CLAIF_RESTORE_TRASH = 1, CLAIF_RESTORE_BACKUP = 2 };

/* One record to append, once. */
typedef struct claif_append {
  uint32_t size, flags; /* 0 */
  uint64_t expect;      /* as for append */
  claif_str session;
  claif_str id;    /* of the record, chosen by the host: [A-Za-z0-9_-]{1,64} */
  claif_str epoch; /* of the session, as `read` told it; empty: not checked */
  claif_str record;
} claif_append;

/* What lists and searches know of a session. */
typedef struct claif_description {
  uint32_t size, flags; /* 0 */
  uint64_t records;     /* the number of records that it is about */
  uint64_t from;        /* `text` is that of the records after this number; 0: it replaces all text */
  claif_str session, epoch;
  claif_str listing; /* one JSON object, at most 64 KiB: shown in lists, tested by claif_query.match */
  claif_str title;   /* found before other text */
  claif_str text;    /* found by search */
} claif_description;

/* Which sessions to list. Fields that are empty or 0 ask for nothing. */
typedef struct claif_query {
  uint32_t size, flags; /* 0 */
  claif_str text;   /* words, all of which the title has, or one text of a description; case is ignored */
  claif_str match;  /* JSON object: the listing has all its members, with equal values (objects: in depth) */
  claif_str cursor; /* of the page before */
  int64_t since_ms, until_ms; /* last change: since <= change < until */
  uint32_t limit, reserved;
} claif_query;

typedef struct claif_store_v1 {
  uint32_t size, flags; /* CLAIF_IFACE_BLOCKING */
  /* Emits every record as CLAIF_EMIT_RECORD, oldest first, then finishes. E_NOT_FOUND: no such
   * session. E_INTERNAL with a text: damage; what could be read was emitted. [any] */
  CLAIF_FN(void, load)(void *self, claif_str session, claif_op *) CLAIF_NX;
  /* Appends one record when the session has `expect` records (0: it must not exist yet;
   * CLAIF_SEQ_ANY: whatever it has). E_CONFLICT: it has another number. The finish blob is the new
   * number of records in decimal. E_INTERNAL may mean that the record is stored or not. [any] */
  CLAIF_FN(void, append)(void *self, claif_str session, uint64_t expect, claif_str record, claif_op *) CLAIF_NX;
  /* Emits up to `limit` sessions as CLAIF_EMIT_ITEM {"id","records","bytes","updated_ms"}, newest
   * first; the finish blob is the cursor of the next page, absent at the end. "" begins. [any] */
  CLAIF_FN(void, list)(void *self, claif_str cursor, uint32_t limit, claif_op *) CLAIF_NX;
  /* Moves the session to the trash. E_NOT_FOUND: no such session. [any] */
  CLAIF_FN(void, erase)(void *self, claif_str session, claif_op *) CLAIF_NX;

  /* Minor 1. A store has all of these or leaves them NULL. */

  /* As load, without the first `after` records (CLAIF_SEQ_ANY: without any). The finish blob is
   * {"records","base","bytes","updated_ms","epoch"}. When `after` is less than `base`, the first record
   * that is emitted stands for the first `base` ones. `epoch` tells sessions apart that had one id one
   * after the other. [any] */
  CLAIF_FN(void, read)(void *self, claif_str session, uint64_t after, claif_op *) CLAIF_NX;
  /* As append; when the session has a record of that id, nothing changes, whatever is expected, and the
   * blob is the number of that record. E_CONFLICT also when the epoch is another. After E_INTERNAL or
   * E_TIMEOUT, the same call again tells, or mends. [any] */
  CLAIF_FN(void, append_once)(void *self, const claif_append *, claif_op *) CLAIF_NX;
  /* From now on `record` stands for the first `upto` records, whose ids are forgotten; numbers stay.
   * Nothing changes when one record stands for as many already. E_CONFLICT: it has fewer. [any] */
  CLAIF_FN(void, compact)(void *self, claif_str session, uint64_t upto, claif_str record, claif_op *) CLAIF_NX;
  /* E_CONFLICT: there is text missing before `from`, or the epoch is another. A description of fewer
   * records than an earlier one changes nothing. Need not be durable. [any] */
  CLAIF_FN(void, describe)(void *self, const claif_description *, claif_op *) CLAIF_NX;
  /* Emits as CLAIF_EMIT_ITEM {"id","records","described"} up to `limit` sessions with records that no
   * description is about. [any] */
  CLAIF_FN(void, undescribed)(void *self, uint32_t limit, claif_op *) CLAIF_NX;
  /* Emits as CLAIF_EMIT_ITEM {"id","records","bytes","updated_ms","listing"}: the best match first when
   * there is text, else the newest. `listing` is absent before the first description. The finish blob
   * is as for list. [any] */
  CLAIF_FN(void, find)(void *self, const claif_query *, claif_op *) CLAIF_NX;
  /* Takes the session from the trash, or mends a damaged or missing one from the newest good backup.
   * The finish blob is its number of records. E_NOT_FOUND: it is not there. E_CONFLICT: a session of
   * that id exists (trash). E_UNSUPPORTED: this store makes no backups. [any] */
  CLAIF_FN(void, restore)(void *self, claif_str session, uint32_t from, claif_op *) CLAIF_NX;
  /* Ends for good what has been in the trash for `trash_ms`, and does what else is due. [any] */
  CLAIF_FN(void, maintain)(void *self, uint64_t trash_ms, claif_op *) CLAIF_NX;
} claif_store_v1;

#ifdef __cplusplus
}
#endif
#endif
