#include "wire/read.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/utf8.h"

bool read__in_body(const q_member *m)
{
    return m->location == Q_IN_BODY && !m->payload;
}

static q_code refuse(q_err *err, q_str text, const char *wanted)
{
    return q_err_set(err, Q_INVALID, "'%.*s' is not %s", (int)(text.n < 100 ? text.n : 100), text.p,
                     wanted);
}

static q_code read_whole(q_shape_kind kind, q_str text, q_value *to, q_err *err)
{
    text = q_str_trim(text);
    to->kind = Q_VALUE_INT;
    if (!q_str_i64(text, &to->i))
        return refuse(err, text, "an integer");
    if (kind == Q_SHAPE_INTEGER && (to->i > INT32_MAX || to->i < INT32_MIN))
        return refuse(err, text, "an integer within integer range");
    return Q_OK;
}

static q_code read_real(q_str text, q_value *to, q_err *err)
{
    text = q_str_trim(text);
    to->kind = Q_VALUE_DOUBLE;
    if (q_str_f64(text, &to->d))
        return Q_OK;
    if (q_str_is(text, "NaN"))
        to->d = __builtin_nan("");
    else if (q_str_is(text, "Infinity") || q_str_is(text, "-Infinity"))
        to->d = text.p[0] == '-' ? -__builtin_inf() : __builtin_inf();
    else
        return refuse(err, text, "a number");
    return Q_OK;
}

static q_code read_time(q_time_format format, q_str text, q_value *to, q_err *err)
{
    int64_t ms;

    text = q_str_trim(text);
    to->kind = Q_VALUE_TIME;
    if (format == Q_TIME_EPOCH)
        return q_str_f64(text, &to->d) ? Q_OK : refuse(err, text, "a time in seconds");
    if (!q_time_parse(text, &ms))
        return refuse(err, text, "a time");
    to->d = (double)ms / 1000;
    return Q_OK;
}

q_code read__text(const q_member *m, q_time_format fallback, q_str text, q_value *to, q_err *err)
{
    q_time_format format = m->time_format ? m->time_format : m->shape->time_format;

    switch (m->shape->kind) {
    case Q_SHAPE_STRING:
        to->kind = Q_VALUE_STRING;
        to->s = text;
        return q_utf8_valid(text) ? Q_OK : q_err_set(err, Q_INVALID, "text that is no UTF-8");
    case Q_SHAPE_BLOB:
        to->kind = Q_VALUE_BLOB;
        return q_base64_decode(to->arena, q_str_trim(text), &to->s, err);
    case Q_SHAPE_INTEGER:
    case Q_SHAPE_LONG:
        return read_whole(m->shape->kind, text, to, err);
    case Q_SHAPE_FLOAT:
    case Q_SHAPE_DOUBLE:
        return read_real(text, to, err);
    case Q_SHAPE_BOOLEAN:
        text = q_str_trim(text);
        to->kind = Q_VALUE_BOOL;
        to->b = q_str_is_nocase(text, "true");
        return to->b || q_str_is_nocase(text, "false") ? Q_OK : refuse(err, text, "true or false");
    case Q_SHAPE_TIMESTAMP:
        return read_time(format ? format : fallback, text, to, err);
    default:
        return refuse(err, text, "allowed here");
    }
}
