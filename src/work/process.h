/* work/process.h - a program of the operator's own, run beside the server.
 *
 * It leads a process group that ends with it, is killed when the thread that
 * started it ends (so also with the server), and writes both its output
 * streams into one pipe.
 */
#ifndef WORK_PROCESS_H
#define WORK_PROCESS_H

#include "base/str.h"

#include <sys/types.h>

typedef struct process {
    pid_t pid;
    int pidfd;  /* readable once it has ended */
    int output; /* read end of its output, not blocking */
} process;

/* Run FOLDER/PROGRAM in that folder with just this environment (NULL-terminated
 * "NAME=value"s). Fails with what exec says: Q_NOTFOUND, Q_DENIED, Q_IO.
 */
Q_MUST_USE q_code process__start(const char *folder, const char *program, char *const *environment,
                                 process *out, q_err *err);

/* Kill it and its group, wait for it, close its descriptors. *status is that
 * of wait(2).
 */
void process__end(process *p, int *status);

#endif
