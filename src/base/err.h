/* base/err.h - what went wrong: a code to branch on, a sentence to read.
 *
 * A function that can fail returns a q_code and takes `q_err *err` last.
 * The setters return the code, so that reporting is one line:
 *
 *     return q_err_set(err, Q_INVALID, "MaxResults is %ld; at most 100", n);
 *
 * `err` may be NULL when the caller has no use for the sentence.
 */
#ifndef Q_BASE_ERR_H
#define Q_BASE_ERR_H

#define Q_MUST_USE __attribute__((warn_unused_result))
#define Q_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

typedef enum q_code {
    Q_OK = 0,
    Q_NOMEM,       /* memory or an arena's cap is exhausted */
    Q_IO,          /* the system refused: errno is in the sentence */
    Q_INVALID,     /* input that is malformed, truncated or lies */
    Q_UNSUPPORTED, /* well-formed, but of a kind we do not handle */
    Q_LIMIT,       /* larger, deeper or longer than a stated limit */
    Q_NOTFOUND,
    Q_EXISTS,
    Q_DENIED,  /* a password, key or permission is missing */
    Q_TIMEOUT, /* a time limit passed */
    Q_BUSY,    /* try again later */
    Q_CRASHED, /* a worker process died on this input */
    Q_CANCELLED,
    Q_FULL,    /* the disk, or our share of it */
    Q_INTERNAL /* a part we rely on broke its promise */
} q_code;

typedef struct q_err {
    q_code code;
    char msg[512]; /* NUL-terminated, cut to fit */
} q_err;

q_code q_err_set(q_err *err, q_code code, const char *fmt, ...) Q_PRINTF(3, 4);

/* Q_IO (Q_NOTFOUND for ENOENT, Q_NOMEM for ENOMEM, Q_DENIED for EACCES, Q_FULL
 * for ENOSPC) and
 * "what: strerror(errno)".
 */
q_code q_err_errno(q_err *err, const char *fmt, ...) Q_PRINTF(2, 3);

/* Put what only the caller knows in front: "model x: " + message.
 * Returns err's code; with err NULL, `code`.
 */
q_code q_err_add(q_err *err, q_code code, const char *fmt, ...) Q_PRINTF(3, 4);

q_code q_err_nomem(q_err *err);

#ifdef __clang_analyzer__
/* It reads one file at a time, and takes what these return for perhaps Q_OK. */
static inline q_code q_err_failure(q_code got, q_code code)
{
    (void)got;
    return code;
}
#define q_err_set(err, code, ...) q_err_failure(q_err_set(err, code, __VA_ARGS__), code)
#define q_err_errno(err, ...) q_err_failure(q_err_errno(err, __VA_ARGS__), Q_IO)
#define q_err_add(err, code, ...) q_err_failure(q_err_add(err, code, __VA_ARGS__), code)
#define q_err_nomem(err) q_err_failure(q_err_nomem(err), Q_NOMEM)
#endif

/* "invalid", "not found", ...: stable lower-case words for logs. */
const char *q_code_name(q_code code);

#endif
