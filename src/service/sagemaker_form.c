#include "service/sagemaker_form.h"

#include "engine/element.h"
#include "engine/graph.h"
#include "engine/npy.h"

#include <math.h>

static const char *const types[] = {"application/json", "text/csv", "application/x-npy"};

enum { KINDS = sizeof types / sizeof *types };

const char *form__type(form_kind kind)
{
    return types[kind];
}

/* "text/csv; charset=utf-8" without its parameters. */
static q_str bare_type(q_str type)
{
    q_str head, rest;

    q_str_cut(type, ';', &head, &rest);
    return q_str_trim(head);
}

bool form__of_type(q_str content_type, form_kind *out)
{
    q_str type = bare_type(content_type);

    for (int i = 0; i < KINDS; i++)
        if (q_str_is_nocase(type, types[i])) {
            *out = (form_kind)i;
            return true;
        }
    return false;
}

bool form__of_accept(q_str accept, form_kind *out)
{
    q_str one;

    *out = FORM_JSON;
    if (!q_str_trim(accept).n)
        return true;
    while (accept.n) {
        q_str_cut(accept, ',', &one, &accept);
        one = bare_type(one);
        if (q_str_is(one, "*/*") || q_str_is(one, "application/*"))
            return true;
        if (q_str_is(one, "text/*")) {
            *out = FORM_CSV;
            return true;
        }
        if (form__of_type(one, out))
            return true;
    }
    return false;
}

/* ---- numbers ----------------------------------------------------------- */

/* Up to 15 digits and a small power of ten are exact in a double, and so is
 * their product or quotient when rounded once (Clinger 1990, "How to read
 * floating point numbers accurately").
 */
static bool short_number(q_str s, double *out)
{
    static const double tens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t digits = 0;
    size_t i = s.n && s.p[0] == '-', first = i, behind = 0, count = 0;
    bool point = false;

    if (i + 1 < s.n && s.p[i] == '0' && q_is_digit(s.p[i + 1]))
        return false;
    for (; i < s.n && count < 15; i++) {
        if (q_is_digit(s.p[i])) {
            digits = 10 * digits + (uint64_t)(s.p[i] - '0');
            count++;
            behind += point;
        } else if (s.p[i] == '.' && !point && i > first && i + 1 < s.n) {
            point = true;
        } else {
            return false;
        }
    }
    if (i < s.n || !count)
        return false;
    *out = (double)digits / tens[behind];
    if (first)
        *out = -*out;
    return true;
}

bool form__number(q_str text, double *out)
{
    bool minus = text.n && text.p[0] == '-';

    if (short_number(text, out) || q_str_f64(text, out))
        return true;
    *out = q_str_is(text, "NaN") ? (double)NAN : minus ? -(double)INFINITY : (double)INFINITY;
    return q_str_is(text, "NaN") || q_str_is(q_str_sub(text, minus, text.n), "Infinity");
}

bool form__element(q_tensor *t, size_t i, q_str text)
{
    int64_t whole;
    double v;

    if (!q_dtype_is_float(t->dtype) && q_str_i64(text, &whole))
        return q_element_set_int(t, i, whole);
    return form__number(text, &v) && q_element_set(t, i, v);
}

/* ---- shapes ------------------------------------------------------------ */

q_code form__check(const q_port *p, const q_tensor *t, q_err *err)
{
    char given[160], wanted[256];
    bool fits = !p->has_shape || p->shape.rank == t->shape.rank;

    for (size_t i = 0; fits && p->has_shape && i < t->shape.rank; i++)
        fits = p->shape.dims[i] == Q_DIM_UNKNOWN || p->shape.dims[i] == t->shape.dims[i];
    if (fits)
        return Q_OK;
    return q_err_set(err, Q_INVALID, "input %.*s is %s; %s was given", Q_ARG(p->name),
                     q_port_text(p, wanted), q_shape_text(&t->shape, given));
}

bool form__rows(const q_tensor *out, size_t count, size_t *rows)
{
    for (size_t i = 0; i < count; i++) {
        if (out[i].dtype == Q_NONE || out[i].dtype == Q_MAP || out[i].shape.rank == 0 ||
            (i && out[i].shape.dims[0] != out[0].shape.dims[0]))
            return false;
        *rows = out[0].shape.dims[0];
    }
    return count > 0;
}

/* ---- npy --------------------------------------------------------------- */

/* The array's numbers in the port's type. */
static q_code convert(const q_port *p, const q_tensor *from, q_arena *a, q_tensor *to, q_err *err)
{
    size_t count = q_shape_count(&from->shape), bytes = 0;
    q_code rc = q_tensor_measure(p->dtype, &from->shape, (size_t)1 << 28, &bytes, err);

    if (rc)
        return rc;
    *to = (q_tensor){p->dtype, from->shape, q_arena_alloc(a, bytes)};
    if (!to->data)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        int64_t whole;
        bool fits = q_element_get_int(from, i, &whole)
                        ? q_element_set_int(to, i, whole)
                        : q_element_set(to, i, q_element_get(from, i));

        if (!fits)
            return q_err_set(err, Q_INVALID,
                             "element %zu of the array (%s) is %.9g, which is no %s as input %.*s "
                             "wants it",
                             i, q_dtype_name(from->dtype), q_element_get(from, i),
                             q_dtype_name(p->dtype), Q_ARG(p->name));
    }
    return Q_OK;
}

static bool is_number(q_dtype d)
{
    return d == Q_BOOL || q_dtype_is_float(d) || q_dtype_is_integer(d);
}

static q_code read_npy(q_str body, const q_ports *ports, q_arena *a, form_input *out, q_err *err)
{
    const q_port *p = &ports->inputs[0];
    q_budget budget = {0, (size_t)1 << 28};
    q_tensor array = {0};
    q_code rc;

    if (ports->input_count != 1)
        return q_err_set(err, Q_INVALID,
                         "the model has %zu inputs and npy holds one array; send application/json",
                         ports->input_count);
    rc = q_npy_read(body, &budget, &array, err);
    if (rc)
        return rc;
    if (!is_number(array.dtype) || !is_number(p->dtype))
        rc = q_err_set(err, Q_INVALID, "the array is of %s; input %.*s is of %s",
                       q_dtype_name(array.dtype), Q_ARG(p->name), q_dtype_name(p->dtype));
    out->in = q_arena_array(a, 1, sizeof *out->in);
    if (!rc)
        rc = out->in ? convert(p, &array, a, out->in, err) : q_err_nomem(err);
    q_tensor_clear(&array, &budget);
    return rc;
}

/* A column without its brackets: [n] where [n, 1] is wanted. */
static void add_one(const q_port *p, q_tensor *t)
{
    size_t rank = t->shape.rank;

    if (p->has_shape && rank > 0 && p->shape.rank == rank + 1 && p->shape.dims[rank] == 1)
        t->shape.dims[t->shape.rank++] = 1;
}

/* ---- all kinds --------------------------------------------------------- */

q_code form__read(form_kind kind, q_str body, const q_ports *ports, q_arena *a, form_input *out,
                  q_err *err)
{
    q_code rc;

    *out = (form_input){0};
    if (kind == FORM_JSON)
        rc = form__read_json(body, ports, a, out, err);
    else if (kind == FORM_CSV)
        rc = form__read_csv(body, ports, a, out, err);
    else
        rc = read_npy(body, ports, a, out, err);
    for (size_t i = 0; i < ports->input_count && !rc; i++) {
        add_one(&ports->inputs[i], &out->in[i]);
        rc = form__check(&ports->inputs[i], &out->in[i], err);
    }
    if (!rc || rc == Q_NOMEM)
        return rc;
    q_err_add(err, rc, "%s", types[kind]);
    return Q_INVALID;
}

q_code form__write(form_kind kind, const q_ports *ports, const q_tensor *out, bool columns,
                   size_t limit, q_arena *a, q_str *body, q_err *err)
{
    q_buf b = q_buf_init(a, limit);
    q_code rc = Q_OK;

    if (kind == FORM_JSON)
        form__write_json(&b, ports, out, columns);
    else if (kind == FORM_CSV)
        rc = form__write_csv(&b, out, ports->output_count, err);
    else if (ports->output_count != 1)
        rc = q_err_set(err, Q_UNSUPPORTED,
                       "the model has %zu outputs and npy holds one array; accept application/json",
                       ports->output_count);
    else
        rc = q_npy_write(out, &b, err);
    return rc ? rc : q_buf_finish(&b, body, err);
}
