#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang_analyzer__
#undef q_err_set
#undef q_err_errno
#undef q_err_add
#undef q_err_nomem
#endif

q_code q_err_set(q_err *err, q_code code, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return code;
    err->code = code;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    return code;
}

static q_code code_of_errno(int e)
{
    switch (e) {
    case ENOENT:
        return Q_NOTFOUND;
    case ENOMEM:
        return Q_NOMEM;
    case EACCES:
    case EPERM:
        return Q_DENIED;
    case EEXIST:
        return Q_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return Q_FULL;
    default:
        return Q_IO;
    }
}

q_code q_err_errno(q_err *err, const char *fmt, ...)
{
    int saved = errno;
    q_code code = code_of_errno(saved);
    va_list ap;
    size_t n;

    if (!err)
        return code;
    err->code = code;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    n = strlen(err->msg);
    snprintf(err->msg + n, sizeof err->msg - n, ": %s", strerror(saved));
    return code;
}

q_code q_err_add(q_err *err, q_code code, const char *fmt, ...)
{
    char old[sizeof err->msg];
    va_list ap;
    size_t n;

    if (!err)
        return code;
    memcpy(old, err->msg, sizeof old);
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    n = strlen(err->msg);
    snprintf(err->msg + n, sizeof err->msg - n, ": %s", old);
    return err->code;
}

q_code q_err_nomem(q_err *err)
{
    return q_err_set(err, Q_NOMEM, "out of memory");
}

const char *q_code_name(q_code code)
{
    static const char *const names[] = {
        [Q_OK] = "ok",           [Q_NOMEM] = "no memory",    [Q_IO] = "i/o",
        [Q_INVALID] = "invalid", [Q_LIMIT] = "limit",        [Q_UNSUPPORTED] = "unsupported",
        [Q_EXISTS] = "exists",   [Q_NOTFOUND] = "not found", [Q_DENIED] = "denied",
        [Q_TIMEOUT] = "timeout", [Q_BUSY] = "busy",          [Q_CANCELLED] = "cancelled",
        [Q_CRASHED] = "crashed", [Q_FULL] = "full",          [Q_INTERNAL] = "internal",
    };

    return (size_t)code < sizeof names / sizeof *names ? names[code] : "unknown";
}
