/* base/arena.h - memory that goes in one call.
 *
 * A request, a page or a parsed file allocates from its arena and frees
 * nothing; q_arena_free releases all of it and runs what was deferred,
 * last deferred first. An arena has a byte cap, so a stranger's input
 * cannot take the machine. Not thread-safe: one arena, one owner at a time.
 */
#ifndef Q_BASE_ARENA_H
#define Q_BASE_ARENA_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct q_arena q_arena;

/* NULL when memory is short. `limit` in bytes bounds all that is handed out. */
q_arena *q_arena_new(size_t limit);
void q_arena_free(q_arena *a); /* NULL is fine */

/* Zeroed, aligned to 16. NULL past the limit or out of memory.
 * `size` 0 gives a valid pointer.
 */
void *q_arena_alloc(q_arena *a, size_t size);

/* n * size bytes; NULL on overflow too. */
void *q_arena_array(q_arena *a, size_t n, size_t size);

/* Make room for `need` elements of `size` bytes in *items, whose capacity
 * is *cap; doubles. The old block stays in the arena until it goes.
 */
Q_MUST_USE q_code q_arena_grow(q_arena *a, void *items, size_t *cap, size_t need, size_t size);

/* Run fn(arg) when the arena goes. On Q_NOMEM fn(arg) has been run already. */
Q_MUST_USE q_code q_arena_defer(q_arena *a, void (*fn)(void *), void *arg);

size_t q_arena_used(const q_arena *a);

/* *out = n * size; false on overflow. */
Q_MUST_USE bool q_size_mul(size_t *out, size_t n, size_t size);

/* As q_arena_grow, for an array on the heap (realloc). */
Q_MUST_USE q_code q_heap_grow(void *items, size_t *cap, size_t need, size_t size);

#endif
