/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/reader/node_children.h"

#include "pg_query.h"
#include "pg_query/pg_query_internal.h"

#include "nodes/parsenodes.h"

#include <string.h>

static inline void mix(NodeVisit* visit, uint64_t word) {
  uint64_t hash = (visit->shape ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  visit->shape = hash ^ (hash >> 29);
}

static void mix_string(NodeVisit* visit, const char* text) {
  size_t length = text == NULL ? 0 : strlen(text);
  uint64_t word = 0;
  mix(visit, text == NULL ? UINT64_MAX : length);
  for (; length >= sizeof(word); length -= sizeof(word), text += sizeof(word)) {
    memcpy(&word, text, sizeof(word));
    mix(visit, word);
  }
  if (length > 0) {
    word = 0;
    memcpy(&word, text, length);
    mix(visit, word);
  }
}

static inline void mix_bytes(NodeVisit* visit, const void* bytes, size_t size) {
  uint64_t word = 0;
  memcpy(&word, bytes, size < sizeof(word) ? size : sizeof(word));
  mix(visit, word);
}

static inline void child(NodeVisit* visit, const void* node) {
  mix(visit, node == NULL ? 1 : 2);
  if (node != NULL) visit->child(visit->state, node);
}

/* PostgreSQL's generated copy functions list every field of every node; here "copying" means
   telling the visitor. The second argument that they need arrives by thread-local variable. */
static __thread NodeVisit* current;

#undef makeNode
#define makeNode(type) ((type*)0)
#define COPY_NODE_FIELD(field) child(current, from->field)
#define COPY_STRING_FIELD(field) mix_string(current, from->field)
#define COPY_SCALAR_FIELD(field) mix_bytes(current, &from->field, sizeof(from->field))
#define COPY_LOCATION_FIELD(field) ((void)0)
#define COPY_BITMAPSET_FIELD(field) ((void)0)
#define COPY_POINTER_FIELD(field, size) ((void)0)
#define COPY_ARRAY_FIELD(field) ((void)0)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wnull-dereference"

/* Types with a copy function written by hand; visit_node never lets them come here. */
/* NOLINTBEGIN: names and files of PostgreSQL's generated code */
static void* _copyBitmapset(const void* from) { return (void*)(uintptr_t)from; }
static void* _copyConst(const Const* from) { return (void*)(uintptr_t)from; }
static void* _copyA_Const(const A_Const* from) { return (void*)(uintptr_t)from; }
static void* _copyExtensibleNode(const void* from) { return (void*)(uintptr_t)from; }

#include "copyfuncs.funcs.c"

static void visit_fields(const void* from) {
  const void* retval = NULL;
  switch (nodeTag(from)) {
#include "copyfuncs.switch.c"
      /* NOLINTEND */
    default: break;
  }
  (void)retval;
}
#pragma GCC diagnostic pop

/* Tags are numbered by header: primnodes.h and parsenodes.h first, what planner and executor add
 * later. */
static bool in_raw_trees(NodeTag tag) {
  return tag > T_List && tag <= T_DropSubscriptionStmt && tag != T_Query && tag != T_Const;
}

bool visit_node(const void* node, NodeVisit* visit) {
  const NodeTag tag = nodeTag(node);
  switch (tag) {
    case T_A_Const:
    case T_ParamRef: mix(visit, T_A_Const); return true;
    case T_Integer:
    case T_Float:
    case T_Boolean:
    case T_BitString: mix(visit, T_Integer); return true;
    case T_String: mix_string(visit, strVal(node)); return true;
    default: break;
  }
  if (!in_raw_trees(tag)) return false;
  mix(visit, tag);
  /* The visitor may visit a child before it returns. If it throws, so does every visit around. */
  NodeVisit* const around = current;
  current = visit;
  visit_fields(node);
  current = around;
  return true;
}
