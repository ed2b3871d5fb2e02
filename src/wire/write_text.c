#include "base/clock.h"
#include "base/encode.h"
#include "wire/write.h"

#include <math.h>

void write__fail(q_buf *b, q_code code)
{
    if (!b->rc)
        b->rc = code;
}

static void write_time(q_buf *b, q_time_format format, double seconds)
{
    double ms = rint(seconds * 1000);
    char text[32];

    if (format == Q_TIME_EPOCH) {
        q_buf_f64(b, ms / 1000);
        return;
    }
    if (!(fabs(ms) < 253402300800000.0)) { /* the year 10000 */
        write__fail(b, Q_INTERNAL);
        return;
    }
    if (format == Q_TIME_RFC822)
        q_time_http((int64_t)ms, text);
    else
        q_time_iso8601((int64_t)ms, text);
    q_buf_puts(b, text);
}

/* A number that has no fraction in it, of any kind. */
static void write_whole(q_buf *b, const q_value *v)
{
    int64_t i;

    if (q_value_as_int(v, &i))
        q_buf_i64(b, i);
    else
        write__fail(b, Q_INTERNAL);
}

static void write_real(q_buf *b, q_shape_kind kind, const q_value *v)
{
    double d;

    if (!q_value_as_double(v, &d))
        write__fail(b, Q_INTERNAL);
    else if (kind == Q_SHAPE_FLOAT) /* widened: 97.0633544921875 */
        q_buf_f32(b, (float)d);
    else
        q_buf_f64(b, d);
}

void write__text(q_buf *b, const q_member *m, q_time_format fallback, const q_value *v)
{
    q_time_format format = m->time_format ? m->time_format : m->shape->time_format;
    double seconds;

    switch (m->shape->kind) {
    case Q_SHAPE_STRING:
        if (v->kind == Q_VALUE_STRING)
            q_buf_put(b, v->s);
        else
            write__fail(b, Q_INTERNAL);
        return;
    case Q_SHAPE_BLOB:
        if (v->kind == Q_VALUE_BLOB || v->kind == Q_VALUE_STRING)
            q_buf_base64(b, v->s);
        else
            write__fail(b, Q_INTERNAL);
        return;
    case Q_SHAPE_INTEGER:
    case Q_SHAPE_LONG:
        write_whole(b, v);
        return;
    case Q_SHAPE_FLOAT:
    case Q_SHAPE_DOUBLE:
        write_real(b, m->shape->kind, v);
        return;
    case Q_SHAPE_BOOLEAN:
        if (v->kind == Q_VALUE_BOOL)
            q_buf_puts(b, v->b ? "true" : "false");
        else
            write__fail(b, Q_INTERNAL);
        return;
    case Q_SHAPE_TIMESTAMP:
        if (q_value_as_double(v, &seconds))
            write_time(b, format ? format : fallback, seconds);
        else
            write__fail(b, Q_INTERNAL);
        return;
    default:
        write__fail(b, Q_INTERNAL);
    }
}
