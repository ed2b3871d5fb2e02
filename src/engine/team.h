/* engine/team.h - the threads that compute, one team for the whole process.
 *
 * Work is cut into tasks whose number depends on the shapes alone, never on
 * the threads, so that results are the same bits for any team. The caller
 * works too: a team of one starts no thread. Any number of threads may call
 * at once, and a task may call again; the team's threads are shared, so the
 * processors are never oversubscribed by more than the callers themselves.
 */
#ifndef Q_ENGINE_TEAM_H
#define Q_ENGINE_TEAM_H

#include "base/err.h"

#include <stddef.h>

typedef struct q_team q_team;

/* `threads` in all, the caller among them; at least 1. */
Q_MUST_USE q_code q_team_new(size_t threads, q_team **out, q_err *err);
void q_team_free(q_team *t);            /* when no call is under way; NULL is fine */
size_t q_team_threads(const q_team *t); /* 1 for NULL */

/* Run fn(ctx, i) for each i < count, in any order, and return when all have
 * ended. With `t` NULL all run here, in order.
 */
void q_team_run(q_team *t, size_t count, void (*fn)(void *ctx, size_t task), void *ctx);

#endif
