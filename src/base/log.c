#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static _Atomic int threshold = Q_LOG_INFO;

void q_log_set_level(q_log_level level)
{
    atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

static size_t escape(const char *text, char *out, size_t room)
{
    size_t w = 0;

    for (; *text && w + 5 < room; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7F)
            w += (size_t)snprintf(out + w, room - w, "\\x%02x", c);
        else
            out[w++] = (char)c;
    }
    return w;
}

void q_log(q_log_level level, const char *event, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char text[1536], line[2048], when[25];
    va_list ap;
    size_t n;

    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    q_time_iso8601(q_now_ms(), when);
    n = (size_t)snprintf(line, sizeof line, "%s %s %.64s ", when, names[level], event);
    n += escape(text, line + n, sizeof line - n - 1);
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, n) < 0)
        return; /* nowhere left to say so */
}
