/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/reader/raw_parse.h"

#include "pg_query.h"
#include "pg_query/pg_query_internal.h"

#include "parser/parser.h"

#undef snprintf
#include <stdlib.h>
#include <string.h>

/* The first parse of a thread sets up libpg_query's contexts, two blocks of 8 kB, where it exits
   the process when malloc fails. So much and more must be there just before. */
enum { kFirstUseBytes = 64 * 1024 };

static bool thread_is_ready(void) {
  /* volatile: a compiler may drop an allocation that nobody looks at, and its failure with it. */
  void* volatile probe;
  if (TopMemoryContext != NULL) return true;
  probe = malloc(kFirstUseBytes);
  if (probe == NULL) return false;
  memset(probe, 1, kFirstUseBytes);
  free(probe);
  return true;
}

/* Copies as much of `from` as fits, never half a UTF-8 sequence. */
static void copy_text(char* to, size_t size, const char* from) {
  size_t length = from == NULL ? 0 : strlen(from);
  if (length >= size) {
    length = size - 1;
    while (length > 0 && ((unsigned char)from[length] & 0xC0) == 0x80) length--;
  }
  if (length > 0) memcpy(to, from, length);
  to[length] = '\0';
}

static void keep_error(const ErrorData* error, RawParse* parse) {
  parse->status =
      error->sqlerrcode == ERRCODE_OUT_OF_MEMORY ? RAW_PARSE_OUT_OF_MEMORY : RAW_PARSE_REFUSED;
  parse->cursor = error->cursorpos;
  copy_text(parse->message, sizeof(parse->message), error->message);
  copy_text(parse->hint, sizeof(parse->hint), error->hint);
}

/* CopyErrorData allocates in `context`, and so may fail in its turn. */
static void catch_error(MemoryContext context, RawParse* parse) {
  MemoryContextSwitchTo(context);
  PG_TRY();
  {
    keep_error(CopyErrorData(), parse);
  }
  PG_CATCH();
  {
    parse->status = RAW_PARSE_OUT_OF_MEMORY;
  }
  PG_END_TRY();
}

void raw_parse_begin(const char* text, RawParse* parse) {
  volatile MemoryContext context = NULL;

  parse->status = RAW_PARSE_OUT_OF_MEMORY;
  parse->context = NULL;
  parse->tree = NULL;
  parse->cursor = 0;
  parse->message[0] = '\0';
  parse->hint[0] = '\0';
  if (!thread_is_ready()) return;

  PG_TRY();
  {
    context = pg_query_enter_memory_context();
    parse->tree = raw_parser(text, RAW_PARSE_DEFAULT);
    parse->context = context;
    parse->status = RAW_PARSE_OK;
    MemoryContextSwitchTo(TopMemoryContext);
  }
  PG_CATCH();
  {
    parse->tree = NULL;
    if (context != NULL) catch_error(context, parse);
    FlushErrorState();
    MemoryContextSwitchTo(TopMemoryContext);
    if (context != NULL) MemoryContextDelete(context);
  }
  PG_END_TRY();
}

void raw_parse_end(RawParse* parse) {
  if (parse->context == NULL) return;
  MemoryContextSwitchTo(TopMemoryContext);
  MemoryContextDelete((MemoryContext)parse->context);
  parse->context = NULL;
  parse->tree = NULL;
}
