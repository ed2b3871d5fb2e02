/* work/sandbox.h - what a process may do that parses strangers' bytes.
 *
 * Inside: computing, memory, pipes, child processes, reading the system's own
 * libraries and fonts, and the descriptors it was handed. Not inside: sockets,
 * other files, writing to any file but memory files and /dev/null, signals to
 * others, another user, namespace, process group or session, tracing, keys,
 * mounts, modules. Children inherit all of it.
 *
 *     seccomp     a list of allowed system calls; the rest fail with EPERM, and
 *                 what no library calls by accident ends the process
 *     Landlock    which files may be opened, where the kernel has it; without
 *                 it any readable file may be read, but none written
 *     rlimits     address space, processor time, file size, descriptors, cores
 *     identity    a root process becomes nobody; capabilities are dropped
 *
 * The costly part is made once, by the process that forks the workers.
 */
#ifndef WORK_SANDBOX_H
#define WORK_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct sandbox sandbox;

typedef struct sandbox_limits {
    size_t memory_bytes;  /* address space; not kept in builds with a sanitizer's shadow memory */
    unsigned cpu_seconds; /* 0: no limit */
} sandbox_limits;

/* `landlock` false makes do without it, as on a kernel that has none. */
Q_MUST_USE q_code sandbox__new(bool landlock, sandbox **out, q_err *err);
void sandbox__free(sandbox *s); /* NULL is fine */

/* Landlock's version in force, 0 without it. */
int sandbox__landlock(const sandbox *s);
/* Its rules, to be left open until sandbox__enter; -1 without it. */
int sandbox__ruleset(const sandbox *s);
/* Whether this build keeps memory_bytes. */
bool sandbox__limits_memory(void);

/* Confine this process for good. When it fails the process is half confined
 * and must end.
 */
Q_MUST_USE q_code sandbox__enter(const sandbox *s, const sandbox_limits *limits, q_err *err);

#endif
