/* work/job_part.h - a result in parts: many items, of which some are asked for at a time.
 *
 *     part 0: items 0..41    part 1: items 42..97    ...
 *
 * Parts are kept compressed beside their job's row and go with it. They are put by the job's own
 * function, before its result is; nobody asks for them before the job has ended.
 */
#ifndef Q_WORK_JOB_PART_H
#define Q_WORK_JOB_PART_H

#include "store/catalog.h"

typedef struct q_job_part {
    uint64_t first, count; /* items that it holds */
    q_str bytes;           /* as they were put; what they mean is the owner's affair */
} q_job_part;

/* Parts on their way; each is compressed when it is added. */
typedef struct q_job_parts q_job_parts;

Q_MUST_USE q_code q_job_parts_new(q_job_parts **out, q_err *err);
void q_job_parts_free(q_job_parts *p); /* NULL is fine */
/* The next part, of `count` items. Copied. */
Q_MUST_USE q_code q_job_parts_add(q_job_parts *p, uint64_t count, q_str bytes, q_err *err);
uint64_t q_job_parts_items(const q_job_parts *p);
/* Keep them as those of job `id`, in place of what was there. Durable when it returns. */
Q_MUST_USE q_code q_job_parts_put(q_job_parts *p, q_catalog *c, q_str id, q_err *err);

/* The parts of job `id` that hold any of the items from `first` on, at most `count` of them; in
 * order, in the arena. Fails with Q_INVALID for bytes that are no part's, Q_NOMEM.
 */
Q_MUST_USE q_code q_job_parts_get(q_catalog *c, q_str id, uint64_t first, uint64_t count,
                                  q_arena *a, q_job_part **out, size_t *part_count, q_err *err);

#endif
