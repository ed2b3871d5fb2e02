#include "wire/call.h"

#include <stdarg.h>
#include <stdio.h>

#ifdef __clang_analyzer__
#undef q_call_fail
#endif

q_code q_call_fail(q_call *call, const char *error, const char *fmt, ...)
{
    char msg[sizeof call->err.msg];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    call->error = error;
    return q_err_set(&call->err, Q_INVALID, "%s", msg);
}
