/* document/child.h - run a program on a file and collect what it prints.
 *
 * The program inherits our limits and sandbox, dies with us, sees the file as
 * CHILD_FILE whatever its name, and is ended when it takes or prints too much.
 */
#ifndef Q_DOCUMENT_CHILD_H
#define Q_DOCUMENT_CHILD_H

#include "base/buf.h"

#define CHILD_FILE "/proc/self/fd/3"

typedef struct child__spec {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    int fd;                  /* the file, borrowed; read from its start */
    int timeout_ms;          /* by the wall clock */
} child__spec;

typedef struct child__result {
    int status;          /* exit status; 128 + n after signal n */
    char complaint[512]; /* the start of what it wrote to stderr, NUL-terminated */
} child__result;

/* Append the program's output to `out`, whose limit bounds it. A status other
 * than 0 is no error here. Fails with Q_TIMEOUT, Q_LIMIT (too much output),
 * Q_IO, Q_NOMEM; Q_NOTFOUND when the program is not installed.
 */
Q_MUST_USE q_code child__run(const child__spec *spec, q_buf *out, child__result *result,
                             q_err *err);

#endif
