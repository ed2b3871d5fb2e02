#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t q_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t q_monotonic_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static struct tm utc(int64_t ms, int *millis)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    *millis = (int)(ms % 1000);
    if (*millis < 0) {
        *millis += 1000;
        seconds--;
    }
    if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) {
        memset(&tm, 0, sizeof tm); /* outside the years 0..9999 that the forms can write */
        tm.tm_mday = 1;
    }
    return tm;
}

void q_time_iso8601(int64_t ms, char out[25])
{
    int millis;
    struct tm tm = utc(ms, &millis);
    char head[32], text[40];

    strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, sizeof text, "%s.%03dZ", head, millis % 1000);
    memcpy(out, text, 24);
    out[24] = 0;
}

void q_time_basic(int64_t ms, char out[17])
{
    int millis;
    struct tm tm = utc(ms, &millis);

    strftime(out, 17, "%Y%m%dT%H%M%SZ", &tm);
}

static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void q_time_http(int64_t ms, char out[30])
{
    int millis;
    struct tm tm = utc(ms, &millis);
    char text[96];

    snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7],
             tm.tm_mday, months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
             tm.tm_sec);
    memcpy(out, text, 29);
    out[29] = 0;
}

/* Exactly n digits at *s, which moves behind them; -1 otherwise. */
static int digits(q_str *s, size_t n)
{
    uint64_t v;

    if (s->n < n || !q_str_u64(q_str_sub(*s, 0, n), &v))
        return -1;
    *s = q_str_sub(*s, n, s->n);
    return (int)v;
}

static bool skip(q_str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = q_str_sub(*s, 1, s->n);
    return true;
}

static bool parse_iso8601(q_str s, struct tm *tm, int *millis)
{
    bool dashed, coloned;

    tm->tm_year = digits(&s, 4) - 1900;
    dashed = skip(&s, '-');
    tm->tm_mon = digits(&s, 2) - 1;
    if (dashed && !skip(&s, '-'))
        return false;
    tm->tm_mday = digits(&s, 2);
    if (!skip(&s, 'T'))
        return false;
    tm->tm_hour = digits(&s, 2);
    coloned = skip(&s, ':');
    tm->tm_min = digits(&s, 2);
    if (coloned && !skip(&s, ':'))
        return false;
    tm->tm_sec = digits(&s, 2);
    *millis = 0;
    if (skip(&s, '.')) {
        int scale = 100;

        while (s.n && q_is_digit(s.p[0])) {
            *millis += (s.p[0] - '0') * scale;
            scale /= 10;
            s = q_str_sub(s, 1, s.n);
        }
    }
    return skip(&s, 'Z') && s.n == 0;
}

static bool parse_http(q_str s, struct tm *tm)
{
    if (s.n != 29 || s.p[3] != ',' || !q_str_ends(s, Q_STR(" GMT")))
        return false;
    s = q_str_sub(s, 5, 20);
    tm->tm_mday = digits(&s, 2);
    tm->tm_mon = -1;
    for (int i = 0; i < 12; i++)
        if (q_str_is(q_str_sub(s, 1, 3), months[i]))
            tm->tm_mon = i;
    s = q_str_sub(s, 5, s.n);
    tm->tm_year = digits(&s, 4) - 1900;
    if (!skip(&s, ' '))
        return false;
    tm->tm_hour = digits(&s, 2);
    if (!skip(&s, ':'))
        return false;
    tm->tm_min = digits(&s, 2);
    if (!skip(&s, ':'))
        return false;
    tm->tm_sec = digits(&s, 2);
    return s.n == 0;
}

bool q_time_parse(q_str s, int64_t *ms)
{
    struct tm tm = {0};
    int millis = 0;

    if (!(s.n && q_is_digit(s.p[0]) ? parse_iso8601(s, &tm, &millis) : parse_http(s, &tm)))
        return false;
    if (tm.tm_year < -1900 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
        tm.tm_sec < 0 || tm.tm_sec > 60)
        return false;
    *ms = (int64_t)timegm(&tm) * 1000 + millis;
    return true;
}
