/* SPDX-License-Identifier: Apache-2.0 */
/* libpg_query's raw parser behind PG_TRY: whatever it ereports becomes a status, and no longjmp
   ever crosses a C++ frame. The tree lives in a memory context of the calling thread until
   raw_parse_end. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef enum RawParseStatus {
  RAW_PARSE_OK,
  RAW_PARSE_REFUSED,       /* an error in the text; `message` is PostgreSQL's */
  RAW_PARSE_OUT_OF_MEMORY, /* nothing can be said about the text */
} RawParseStatus;

typedef struct RawParse {
  RawParseStatus status;
  void* context;     /* MemoryContext that owns the tree; null unless RAW_PARSE_OK */
  const void* tree;  /* List of RawStmt; null when the text holds no statement */
  int cursor;        /* 1-based, in characters; 0: none */
  char message[512]; /* cut to fit, at a character boundary */
  char hint[256];
} RawParse;

/* `text` is UTF-8 and ends with NUL. One parse at a time a thread. */
void raw_parse_begin(const char* text, RawParse* parse);
void raw_parse_end(RawParse* parse);

#ifdef __cplusplus
}
#endif
