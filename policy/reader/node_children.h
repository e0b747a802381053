/* SPDX-License-Identifier: Apache-2.0 */
/* The children and the shape of one raw-tree node, by PostgreSQL's own generated list of the fields
   of every node type: complete by construction, and a type that the list lacks is reported. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct NodeVisit {
  void (*child)(void* state, const void* node); /* never null nodes; a List is a node */
  void* state;
  uint64_t shape; /* grows with tags, names and flags; literals and locations leave it alone */
} NodeVisit;

/* False: a node type that no raw parse tree has; its children stay unseen. Calls nothing of
   libpg_query's and allocates nothing. `node` is no List. */
bool visit_node(const void* node, NodeVisit* visit);

#ifdef __cplusplus
}
#endif
