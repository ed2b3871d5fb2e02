#include "service/sagemaker_form.h"

#include "engine/element.h"

#include <math.h>

/* JSON has no NaN and no infinities; they become null. */
static void put_number(q_buf *b, const q_tensor *t, size_t i)
{
    int64_t whole;
    double v;

    if (t->dtype == Q_F32) {
        float f = ((const float *)t->data)[i];

        if (isfinite(f))
            q_buf_f32(b, f);
        else
            q_buf_puts(b, "null");
    } else if (t->dtype == Q_BOOL) {
        q_buf_puts(b, ((const uint8_t *)t->data)[i] ? "true" : "false");
    } else if (q_element_get_int(t, i, &whole)) {
        q_buf_i64(b, whole);
    } else {
        v = q_element_get(t, i);
        if (isfinite(v))
            q_buf_f64(b, v);
        else
            q_buf_puts(b, "null");
    }
}

static void put_value(q_buf *b, const q_tensor *t);

static void put_key(q_buf *b, const q_tensor *keys, size_t i)
{
    if (keys->dtype == Q_STRING) {
        q_buf_json(b, ((const q_str *)keys->data)[i]);
    } else {
        q_buf_char(b, '"');
        put_number(b, keys, i);
        q_buf_char(b, '"');
    }
}

/* Elements [at, at + span) of dimensions `dim` and on, as nested lists. */
static void put_nested(q_buf *b, const q_tensor *t, size_t dim, size_t at)
{
    size_t step;

    if (dim == t->shape.rank) {
        if (t->dtype == Q_SEQUENCE)
            put_value(b, (const q_tensor *)t->data + at);
        else if (t->dtype == Q_STRING)
            q_buf_json(b, ((const q_str *)t->data)[at]);
        else
            put_number(b, t, at);
        return;
    }
    step = q_shape_span(&t->shape, dim + 1, t->shape.rank);
    q_buf_char(b, '[');
    for (size_t i = 0; i < t->shape.dims[dim] && !b->rc; i++) {
        if (i)
            q_buf_char(b, ',');
        put_nested(b, t, dim + 1, at + i * step);
    }
    q_buf_char(b, ']');
}

static void put_map(q_buf *b, const q_tensor *map)
{
    const q_tensor *keys = map->data, *values = keys + 1;
    size_t n = q_shape_count(&keys->shape);

    q_buf_char(b, '{');
    for (size_t i = 0; i < n && i < q_shape_count(&values->shape) && !b->rc; i++) {
        if (i)
            q_buf_char(b, ',');
        put_key(b, keys, i);
        q_buf_char(b, ':');
        put_nested(b, values, values->shape.rank, i);
    }
    q_buf_char(b, '}');
}

static void put_value(q_buf *b, const q_tensor *t)
{
    if (t->dtype == Q_NONE)
        q_buf_puts(b, "null");
    else if (t->dtype == Q_MAP)
        put_map(b, t);
    else
        put_nested(b, t, 0, 0);
}

static void put_row(q_buf *b, const q_tensor *t, size_t row)
{
    put_nested(b, t, 1, row * q_shape_span(&t->shape, 1, t->shape.rank));
}

static void put_row_of_names(q_buf *b, const q_ports *ports, const q_tensor *out, size_t row)
{
    q_buf_char(b, '{');
    for (size_t i = 0; i < ports->output_count; i++) {
        if (i)
            q_buf_char(b, ',');
        q_buf_json(b, ports->outputs[i].name);
        q_buf_char(b, ':');
        put_row(b, &out[i], row);
    }
    q_buf_char(b, '}');
}

static void put_columns(q_buf *b, const q_ports *ports, const q_tensor *out)
{
    q_buf_puts(b, "{\"outputs\":");
    if (ports->output_count == 1) {
        put_value(b, out);
    } else {
        q_buf_char(b, '{');
        for (size_t i = 0; i < ports->output_count; i++) {
            if (i)
                q_buf_char(b, ',');
            q_buf_json(b, ports->outputs[i].name);
            q_buf_char(b, ':');
            put_value(b, &out[i]);
        }
        q_buf_char(b, '}');
    }
    q_buf_char(b, '}');
}

void form__write_json(q_buf *b, const q_ports *ports, const q_tensor *out, bool columns)
{
    size_t rows = 0;

    if (columns || !form__rows(out, ports->output_count, &rows)) {
        put_columns(b, ports, out);
        return;
    }
    q_buf_puts(b, "{\"predictions\":[");
    for (size_t row = 0; row < rows && !b->rc; row++) {
        if (row)
            q_buf_char(b, ',');
        if (ports->output_count == 1)
            put_row(b, out, row);
        else
            put_row_of_names(b, ports, out, row);
    }
    q_buf_puts(b, "]}");
}
