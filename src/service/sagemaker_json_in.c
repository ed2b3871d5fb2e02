/* JSON to tensors, without a tree between: a body of six megabytes may hold
 * millions of numbers.
 */
#include "service/sagemaker_form.h"

#include "base/json.h"
#include "engine/element.h"

#include <math.h>
#include <string.h>

typedef struct scan {
    q_str text;
    size_t at;
    q_arena *arena;
    q_err *err;
} scan;

/* A tensor that is being read. Its rank and dimensions are those of the first
 * value; all others must agree.
 */
typedef struct builder {
    const q_port *port;
    q_tensor t;
    size_t count, cap;
    size_t values;                  /* by name, so far */
    bool ranked, known[Q_MAX_RANK]; /* which dims are */
} builder;

/* ---- tokens ------------------------------------------------------------ */

static void blanks(scan *s)
{
    while (s->at < s->text.n && strchr(" \t\r\n", s->text.p[s->at]) && s->text.p[s->at])
        s->at++;
}

/* The next character that is no blank; 0 at the end. */
static char peek(scan *s)
{
    blanks(s);
    return s->at < s->text.n ? s->text.p[s->at] : 0;
}

static bool take(scan *s, char c)
{
    if (peek(s) != c)
        return false;
    s->at++;
    return true;
}

static q_code broken(scan *s, const char *wanted)
{
    q_str near = q_str_sub(s->text, s->at, 12);

    if (s->at == s->text.n)
        return q_err_set(s->err, Q_INVALID, "ends at byte %zu; %s is wanted", s->at, wanted);
    return q_err_set(s->err, Q_INVALID, "byte %zu is \"%.*s\"; %s is wanted", s->at, Q_ARG(near),
                     wanted);
}

/* A string, unescaped. */
static q_code get_string(scan *s, q_str *out)
{
    size_t from, end;
    q_value *v = NULL;
    q_code rc;

    if (peek(s) != '"')
        return broken(s, "a string");
    from = s->at;
    for (end = from + 1; end < s->text.n && s->text.p[end] != '"'; end++)
        end += s->text.p[end] == '\\';
    if (end >= s->text.n)
        return q_err_set(s->err, Q_INVALID, "the string at byte %zu has no end", from);
    rc = q_json_parse(s->arena, q_str_sub(s->text, from, end + 1 - from), &v, s->err);
    if (rc)
        return rc == Q_INVALID ? q_err_add(s->err, rc, "the string at byte %zu", from) : rc;
    *out = v->s;
    s->at = end + 1;
    return Q_OK;
}

/* A number, true, false, null, NaN: what ends at a delimiter. */
static q_str get_word(scan *s)
{
    size_t from;

    blanks(s);
    from = s->at;
    while (s->at < s->text.n && s->text.p[s->at] && !strchr(" \t\r\n,:[]{}\"", s->text.p[s->at]))
        s->at++;
    return q_str_sub(s->text, from, s->at - from);
}

/* ---- tensors ----------------------------------------------------------- */

static q_code grow(scan *s, builder *b)
{
    size_t unit = q_dtype_bits(b->t.dtype) / 8, cap = b->cap;
    q_code rc;

    if (b->count < b->cap)
        return Q_OK;
    rc = q_arena_grow(s->arena, &b->t.data, &cap, b->count + 1, unit ? unit : 1);
    b->cap = cap;
    return rc ? q_err_nomem(s->err) : Q_OK;
}

static q_code wrong_value(scan *s, const builder *b, q_str word, size_t at)
{
    return q_err_set(s->err, Q_INVALID, "byte %zu is %.*s; input %.*s is of %s", at,
                     Q_ARG(q_str_sub(word, 0, 40)), Q_ARG(b->port->name), q_dtype_name(b->t.dtype));
}

static q_code get_text_element(scan *s, builder *b)
{
    q_str text = {NULL, 0};
    q_code rc = get_string(s, &text);

    if (!rc)
        ((q_str *)b->t.data)[b->count++] = text;
    return rc;
}

static q_code get_number_element(scan *s, builder *b)
{
    q_str word = get_word(s);
    size_t at = s->at - word.n;
    bool good;

    if (!word.n)
        return broken(s, "a number or a list");
    if (q_str_is(word, "true") || q_str_is(word, "false"))
        good = q_element_set_int(&b->t, b->count, word.n == 4);
    else if (q_str_is(word, "null")) /* a missing value */
        good = q_dtype_is_float(b->t.dtype) && q_element_set(&b->t, b->count, (double)NAN);
    else
        good = form__element(&b->t, b->count, word);
    b->count++;
    return good ? Q_OK : wrong_value(s, b, word, at);
}

static q_code get_element(scan *s, builder *b, size_t depth)
{
    q_code rc;

    if (!b->ranked) {
        b->t.shape.rank = depth;
        b->ranked = true;
    }
    if (b->t.shape.rank != depth)
        return q_err_set(s->err, Q_INVALID,
                         "byte %zu is a value %zu lists deep, others of input %.*s are %zu", s->at,
                         depth, Q_ARG(b->port->name), b->t.shape.rank);
    rc = grow(s, b);
    if (rc)
        return rc;
    return b->t.dtype == Q_STRING ? get_text_element(s, b) : get_number_element(s, b);
}

static q_code close_list(scan *s, builder *b, size_t depth, size_t n)
{
    if (!b->ranked && n == 0) {
        b->t.shape.rank = depth + 1;
        b->ranked = true;
    }
    if (b->ranked && depth >= b->t.shape.rank)
        return q_err_set(s->err, Q_INVALID,
                         "a list before byte %zu is deeper than others of input %.*s", s->at,
                         Q_ARG(b->port->name));
    if (!b->known[depth]) {
        b->t.shape.dims[depth] = n;
        b->known[depth] = true;
    }
    if (b->t.shape.dims[depth] != n)
        return q_err_set(s->err, Q_INVALID,
                         "the list before byte %zu has %zu items, others there in input %.*s %zu",
                         s->at, n, Q_ARG(b->port->name), b->t.shape.dims[depth]);
    return Q_OK;
}

/* A value `depth` lists deep: an element, or a list of such values. */
static q_code get_value(scan *s, builder *b, size_t depth)
{
    size_t n = 0;
    q_code rc = Q_OK;

    if (!peek(s) || strchr("]},:{", peek(s)))
        return broken(s, "a number or a list");
    if (peek(s) != '[')
        return get_element(s, b, depth);
    if (depth == Q_MAX_RANK)
        return q_err_set(s->err, Q_INVALID, "byte %zu: lists are nested more than %d deep", s->at,
                         Q_MAX_RANK);
    s->at++;
    if (take(s, ']'))
        return close_list(s, b, depth, 0);
    do {
        rc = get_value(s, b, depth + 1);
        n++;
    } while (!rc && take(s, ','));
    if (!rc && !take(s, ']'))
        rc = broken(s, "a comma or ]");
    return rc ? rc : close_list(s, b, depth, n);
}

/* ---- bodies ------------------------------------------------------------ */

typedef struct body {
    scan s;
    const q_ports *ports;
    builder *inputs;
    bool columns;
} body;

static q_code begin(body *b, q_arena *a, q_err *err)
{
    b->inputs = q_arena_array(a, b->ports->input_count, sizeof *b->inputs);
    if (!b->inputs)
        return q_err_nomem(err);
    for (size_t i = 0; i < b->ports->input_count; i++) {
        const q_port *p = &b->ports->inputs[i];

        b->inputs[i].port = p;
        b->inputs[i].t.dtype = p->dtype;
        if (p->dtype != Q_STRING && p->dtype != Q_BOOL && !q_dtype_is_float(p->dtype) &&
            !q_dtype_is_integer(p->dtype))
            return q_err_set(err, Q_INVALID, "input %.*s is of %s, which has no form here",
                             Q_ARG(p->name), q_dtype_name(p->dtype));
    }
    return Q_OK;
}

static q_code only_input(body *b)
{
    if (b->ports->input_count == 1)
        return Q_OK;
    return q_err_set(b->s.err, Q_INVALID,
                     "the model has %zu inputs (%.*s, %.*s, ...); give an object with their names",
                     b->ports->input_count, Q_ARG(b->ports->inputs[0].name),
                     Q_ARG(b->ports->inputs[1].name));
}

static q_code input_named(body *b, q_str name, builder **out)
{
    for (size_t i = 0; i < b->ports->input_count; i++)
        if (q_str_eq(b->ports->inputs[i].name, name)) {
            *out = &b->inputs[i];
            return Q_OK;
        }
    return q_err_set(b->s.err, Q_INVALID, "the model has no input %.*s; its first of %zu is %.*s",
                     Q_ARG(q_str_sub(name, 0, 80)), b->ports->input_count,
                     Q_ARG(b->ports->inputs[0].name));
}

/* {"a": value, "b": value}: one for every input, `depth` lists deep. `row` such
 * objects came before.
 */
static q_code get_named(body *b, size_t depth, size_t row)
{
    size_t given = 0;
    q_code rc = Q_OK;

    if (!take(&b->s, '{'))
        return broken(&b->s, "an object of inputs");
    if (take(&b->s, '}'))
        return q_err_set(b->s.err, Q_INVALID, "byte %zu: an object without inputs", b->s.at);
    do {
        builder *input = b->inputs;
        q_str name = {NULL, 0};

        rc = get_string(&b->s, &name);
        if (!rc)
            rc = take(&b->s, ':') ? input_named(b, name, &input) : broken(&b->s, "a colon");
        if (!rc && input->values++ != row)
            rc = q_err_set(b->s.err, Q_INVALID, "byte %zu: input %.*s is given twice", b->s.at,
                           Q_ARG(input->port->name));
        if (!rc)
            rc = get_value(&b->s, input, depth);
        given++;
    } while (!rc && take(&b->s, ','));
    if (!rc && !take(&b->s, '}'))
        rc = broken(&b->s, "a comma or }");
    if (!rc && given != b->ports->input_count)
        rc = q_err_set(b->s.err, Q_INVALID, "byte %zu: %zu inputs are given; the model has %zu",
                       b->s.at, given, b->ports->input_count);
    return rc;
}

/* [{"a": 1, "b": 2}, ...] behind its bracket. */
static q_code get_rows_of_objects(body *b)
{
    size_t rows = 0;
    q_code rc;

    do
        rc = get_named(b, 1, rows++);
    while (!rc && take(&b->s, ','));
    if (!rc && !take(&b->s, ']'))
        rc = broken(&b->s, "a comma or ]");
    for (size_t i = 0; i < b->ports->input_count && !rc; i++)
        b->inputs[i].t.shape.dims[0] = rows;
    return rc;
}

static q_code get_instances(body *b)
{
    size_t start;
    q_code rc;

    if (peek(&b->s) != '[')
        return broken(&b->s, "a list of instances");
    start = b->s.at++;
    if (peek(&b->s) == '{')
        return get_rows_of_objects(b);
    b->s.at = start;
    rc = only_input(b);
    return rc ? rc : get_value(&b->s, &b->inputs[0], 0);
}

static q_code get_inputs(body *b)
{
    q_code rc;

    b->columns = true;
    if (peek(&b->s) == '{')
        return get_named(b, 0, 0);
    rc = only_input(b);
    return rc ? rc : get_value(&b->s, &b->inputs[0], 0);
}

/* The members of the body's object; *found says whether tensors were there. */
static q_code get_member(body *b, bool *found)
{
    q_str name = {NULL, 0}, text = {NULL, 0};
    q_code rc = get_string(&b->s, &name);

    if (!rc && !take(&b->s, ':'))
        rc = broken(&b->s, "a colon");
    if (rc)
        return rc;
    if (q_str_is(name, "signature_name")) {
        rc = get_string(&b->s, &text);
        if (!rc && !q_str_is(text, "serving_default"))
            rc = q_err_set(b->s.err, Q_INVALID,
                           "signature_name is \"%.*s\"; a model has serving_default alone",
                           Q_ARG(q_str_sub(text, 0, 80)));
        return rc;
    }
    if (!q_str_is(name, "instances") && !q_str_is(name, "inputs"))
        return q_err_set(b->s.err, Q_INVALID,
                         "the object has \"%.*s\"; \"instances\" or \"inputs\" is wanted",
                         Q_ARG(q_str_sub(name, 0, 80)));
    if (*found)
        return q_err_set(b->s.err, Q_INVALID, "byte %zu: tensors are given twice", b->s.at);
    *found = true;
    return name.n == 6 ? get_inputs(b) : get_instances(b);
}

static q_code get_body(body *b)
{
    bool found = false;
    q_code rc = Q_OK;

    if (!take(&b->s, '{'))
        return get_instances(b);
    if (!take(&b->s, '}')) {
        do
            rc = get_member(b, &found);
        while (!rc && take(&b->s, ','));
        if (!rc && !take(&b->s, '}'))
            rc = broken(&b->s, "a comma or }");
    }
    if (!rc && !found)
        rc = q_err_set(b->s.err, Q_INVALID,
                       "an object without \"instances\" and \"inputs\"; one of them is wanted");
    return rc;
}

q_code form__read_json(q_str text, const q_ports *ports, q_arena *a, form_input *out, q_err *err)
{
    body b = {.s = {.text = text, .arena = a, .err = err}, .ports = ports};
    q_code rc = begin(&b, a, err);

    if (!rc)
        rc = get_body(&b);
    if (!rc && peek(&b.s))
        rc = broken(&b.s, "the end");
    if (rc)
        return rc;
    out->columns = b.columns;
    out->in = q_arena_array(a, ports->input_count, sizeof *out->in);
    if (!out->in)
        return q_err_nomem(err);
    for (size_t i = 0; i < ports->input_count; i++)
        out->in[i] = b.inputs[i].t;
    return Q_OK;
}
