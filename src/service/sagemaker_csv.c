/* CSV as RFC 4180 has it, without a head: every line is a row of the model's
 * inputs, their columns side by side.
 */
#include "service/sagemaker_form.h"

#include "engine/element.h"
#include "engine/graph.h"

#include <math.h>
#include <string.h>

/* How many columns an input takes: the product of its dimensions behind the
 * first. One may be free, when the model has a single input: then the first
 * line decides.
 */
typedef struct column_plan {
    size_t *widths; /* [inputs] */
    size_t total;
} column_plan;

/* ---- reading ----------------------------------------------------------- */

typedef struct lines {
    q_str text;
    size_t at, line;
    q_arena *arena;
    q_err *err;
} lines;

static bool at_end(const lines *l)
{
    return l->at >= l->text.n;
}

/* A quoted field, its quotes undone. */
static q_code quoted(lines *l, q_str *out)
{
    size_t from = ++l->at, n = 0;
    char *copy = NULL;
    size_t end = from;

    while (end < l->text.n &&
           (l->text.p[end] != '"' || (end + 1 < l->text.n && l->text.p[end + 1] == '"')))
        end += l->text.p[end] == '"' ? 2 : 1;
    if (end >= l->text.n)
        return q_err_set(l->err, Q_INVALID, "line %zu: a quote without end", l->line);
    copy = q_arena_alloc(l->arena, end - from + 1);
    if (!copy)
        return q_err_nomem(l->err);
    for (size_t i = from; i < end; i++) {
        copy[n++] = l->text.p[i];
        i += l->text.p[i] == '"';
    }
    *out = (q_str){copy, n};
    l->at = end + 1;
    return Q_OK;
}

/* The next field; *last tells that its line ends with it. */
static q_code field(lines *l, q_str *out, bool *last)
{
    q_code rc = Q_OK;

    if (!at_end(l) && l->text.p[l->at] == '"') {
        rc = quoted(l, out);
    } else {
        size_t from = l->at;

        while (!at_end(l) && !memchr(",\r\n", l->text.p[l->at], 3))
            l->at++;
        *out = q_str_trim(q_str_sub(l->text, from, l->at - from));
    }
    if (rc)
        return rc;
    *last = at_end(l) || l->text.p[l->at] != ',';
    if (!*last) {
        l->at++;
        return Q_OK;
    }
    if (!at_end(l) && l->text.p[l->at] == '\r')
        l->at++;
    if (!at_end(l) && l->text.p[l->at] == '\n')
        l->at++;
    else if (!at_end(l))
        return q_err_set(l->err, Q_INVALID, "line %zu: \"%c\" behind a field", l->line,
                         q_is_alnum(l->text.p[l->at]) ? l->text.p[l->at] : '?');
    l->line++;
    return Q_OK;
}

static size_t count_lines(q_str text)
{
    size_t n = 0;
    bool in_quotes = false;

    for (size_t i = 0; i < text.n; i++) {
        in_quotes ^= text.p[i] == '"';
        n += text.p[i] == '\n' && !in_quotes;
    }
    return n + (text.n && text.p[text.n - 1] != '\n');
}

static q_code count_columns(const lines *start, size_t *n)
{
    lines l = *start;
    bool last = false;
    q_code rc = Q_OK;

    for (*n = 0; !rc && !last; ++*n) {
        q_str f;

        rc = field(&l, &f, &last);
    }
    return rc;
}

/* The input's shape for `rows` lines; *width are its columns. */
static q_code plan_input(const q_port *p, bool only, size_t columns, size_t rows, q_shape *shape,
                         size_t *width, q_err *err)
{
    size_t product = 1, unknown = 0, at = 0;
    char text[256];

    *shape = p->has_shape ? p->shape : (q_shape){2, {rows, Q_DIM_UNKNOWN}};
    for (size_t i = 1; i < shape->rank; i++) {
        if (shape->dims[i] == Q_DIM_UNKNOWN) {
            unknown++;
            at = i;
        } else if (!q_size_mul(&product, product, shape->dims[i])) {
            unknown = 2;
        }
    }
    if (unknown > !!only || shape->rank == 0 || (unknown && (!product || columns % product)))
        return q_err_set(
            err, Q_INVALID,
            "%zu columns do not tell the shape of input %.*s, %s; send application/json", columns,
            Q_ARG(p->name), q_port_text(p, text));
    if (unknown) {
        shape->dims[at] = columns / product;
        product = columns;
    }
    shape->dims[0] = rows;
    *width = product;
    return Q_OK;
}

static q_code plan_inputs(const q_ports *ports, size_t columns, size_t rows, q_arena *a,
                          form_input *out, column_plan *plan, q_err *err)
{
    q_code rc = Q_OK;

    out->in = q_arena_array(a, ports->input_count, sizeof *out->in);
    plan->widths = q_arena_array(a, ports->input_count, sizeof *plan->widths);
    if (!out->in || !plan->widths)
        return q_err_nomem(err);
    plan->total = 0;
    for (size_t i = 0; i < ports->input_count && !rc; i++) {
        const q_port *p = &ports->inputs[i];
        size_t bytes = 0;

        out->in[i].dtype = p->dtype;
        rc = plan_input(p, ports->input_count == 1, columns, rows, &out->in[i].shape,
                        &plan->widths[i], err);
        if (!rc && plan->widths[i] > columns - plan->total)
            plan->total = columns + 1;
        else
            plan->total += plan->widths[i];
        if (!rc && plan->total > columns)
            break;
        if (!rc)
            rc = q_tensor_measure(p->dtype, &out->in[i].shape, (size_t)1 << 28, &bytes, err);
        if (!rc && !(out->in[i].data = q_arena_alloc(a, bytes)))
            rc = q_err_nomem(err);
    }
    if (!rc && plan->total != columns)
        rc = q_err_set(err, Q_INVALID,
                       "line 1 has %zu columns, which are %s than the model's inputs", columns,
                       plan->total > columns ? "fewer" : "more");
    return rc;
}

static q_code store(lines *l, size_t line, size_t column, const q_port *p, q_tensor *t, size_t i,
                    q_str text)
{
    bool good;

    if (t->dtype == Q_STRING) {
        ((q_str *)t->data)[i] = text;
        return Q_OK;
    }
    if (!text.n) /* a missing value */
        good = q_dtype_is_float(t->dtype) && q_element_set(t, i, (double)NAN);
    else
        good = form__element(t, i, text);
    if (good)
        return Q_OK;
    return q_err_set(l->err, Q_INVALID, "line %zu, column %zu is \"%.*s\"; input %.*s is of %s",
                     line, column + 1, Q_ARG(q_str_sub(text, 0, 40)), Q_ARG(p->name),
                     q_dtype_name(t->dtype));
}

static q_code read_line(lines *l, const q_ports *ports, const column_plan *plan, size_t row,
                        form_input *out)
{
    size_t column = 0, line = l->line;
    bool last = false;
    q_code rc = Q_OK;

    for (size_t i = 0; i < ports->input_count; i++)
        for (size_t k = 0; k < plan->widths[i] && !rc; k++, column++) {
            q_str text = {NULL, 0};

            if (last)
                return q_err_set(l->err, Q_INVALID, "line %zu has %zu columns, line 1 has %zu",
                                 line, column, plan->total);
            rc = field(l, &text, &last);
            if (!rc)
                rc = store(l, line, column, &ports->inputs[i], &out->in[i],
                           row * plan->widths[i] + k, text);
        }
    if (!rc && !last)
        rc = q_err_set(l->err, Q_INVALID, "line %zu has more columns than line 1, which has %zu",
                       line, plan->total);
    return rc;
}

q_code form__read_csv(q_str text, const q_ports *ports, q_arena *a, form_input *out, q_err *err)
{
    lines l = {.text = text, .line = 1, .arena = a, .err = err};
    size_t rows = count_lines(text), columns = 0;
    column_plan plan = {0};
    q_code rc;

    if (!text.n)
        return q_err_set(err, Q_INVALID, "no line");
    rc = count_columns(&l, &columns);
    if (!rc)
        rc = plan_inputs(ports, columns, rows, a, out, &plan, err);
    for (size_t row = 0; row < rows && !rc; row++)
        rc = read_line(&l, ports, &plan, row, out);
    if (!rc && !at_end(&l))
        rc = q_err_set(err, Q_INVALID, "line %zu: a quote where none can be", l.line);
    return rc;
}

/* ---- writing ----------------------------------------------------------- */

static void put_text(q_buf *b, q_str s)
{
    bool plain = true;

    for (size_t i = 0; i < s.n; i++)
        plain = plain && !memchr(",\"\r\n", s.p[i], 4);
    if (plain) {
        q_buf_put(b, s);
        return;
    }
    q_buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            q_buf_char(b, '"');
        q_buf_char(b, s.p[i]);
    }
    q_buf_char(b, '"');
}

static void put_element(q_buf *b, const q_tensor *t, size_t i)
{
    int64_t whole;

    if (t->dtype == Q_STRING)
        put_text(b, ((const q_str *)t->data)[i]);
    else if (q_element_get_int(t, i, &whole))
        q_buf_i64(b, whole);
    else
        q_buf_f64(b, q_element_get(t, i));
}

static void put_row(q_buf *b, const q_tensor *out, size_t count, size_t row)
{
    for (size_t i = 0; i < count; i++) {
        size_t width = q_shape_span(&out[i].shape, 1, out[i].shape.rank);

        for (size_t k = 0; k < width && !b->rc; k++) {
            if (i || k)
                q_buf_char(b, ',');
            put_element(b, &out[i], row * width + k);
        }
    }
    q_buf_char(b, '\n');
}

q_code form__write_csv(q_buf *b, const q_tensor *out, size_t count, q_err *err)
{
    size_t rows = 0;
    bool plain = form__rows(out, count, &rows);

    for (size_t i = 0; i < count; i++)
        plain = plain && out[i].dtype != Q_SEQUENCE;
    if (!plain)
        return q_err_set(err, Q_UNSUPPORTED,
                         "the outputs have no common rows, so they are no CSV; accept "
                         "application/json");
    for (size_t row = 0; row < rows && !b->rc; row++)
        put_row(b, out, count, row);
    return Q_OK;
}
