/* engine/block.h - a stretch of memory for activations, straight from the system.
 *
 * It goes back to the system when it is dropped, whatever else was allocated
 * meanwhile; large ones ask for huge pages.
 */
#ifndef ENGINE_BLOCK_H
#define ENGINE_BLOCK_H

#include "base/err.h"

#include <stddef.h>

typedef struct block {
    char *at; /* aligned to a page; never NULL after block__fit */
    size_t bytes;
} block;

/* Make `b` of at least `bytes`, and no larger than twice `bytes` and a
 * megabyte; contents are lost when it moves. Fails with Q_NOMEM, and `b` is empty then.
 */
Q_MUST_USE q_code block__fit(block *b, size_t bytes, q_err *err);
void block__drop(block *b);

#endif
