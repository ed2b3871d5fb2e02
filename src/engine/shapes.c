#include "engine/shapes.h"

#include "base/buf.h"
#include "engine/graph.h"
#include "engine/plan.h"

#include <math.h>
#include <string.h>

enum { MAX_SYMBOLS = 8, PROBES = 2 + 2 * MAX_SYMBOLS };
static const size_t MEMORY_LIMIT = (size_t)1 << 44; /* nothing is allocated */

/* One dimension of an input that is free, and so a symbol. */
typedef struct symbol {
    q_str name;
    size_t sizes[3]; /* at the base, and twice changed */
    bool fixed;      /* no other size than the base's fits the graph */
} symbol;

typedef struct work {
    const q_graph *g;
    const q_shape *in;
    q_arena *arena;
    symbol symbols[MAX_SYMBOLS];
    size_t count;
    unsigned char which[MAX_SYMBOLS * 4][Q_MAX_RANK]; /* symbol of each input's dimension */
    plan *plans[PROBES]; /* 0: all at the base; 1 + 2 i, 2 + 2 i: symbol i changed; last: all */
} work;

enum { NOT_FREE = 255, MAX_INPUTS = MAX_SYMBOLS * 4 };

/* -- Symbols -- */

/* Where the file has no name: N for the first, H and W of images. */
static q_str default_name(work *w, size_t input, size_t dim, size_t rank)
{
    static const char *const image[] = {"N", "C", "H", "W"};
    q_str name = rank == 4  ? q_str_of(image[dim])
                 : dim == 0 ? Q_STR("N")
                            : q_str_printf(w->arena, "D%zu", dim);

    return input == 0 ? name : q_str_printf(w->arena, "%.*s_%zu", Q_ARG(name), input);
}

static bool is_plain(q_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!q_is_alnum(name.p[i]) && name.p[i] != '_')
            return false;
    return name.n > 0 && name.n <= 24 && !q_is_digit(name.p[0]);
}

static q_code add_symbol(work *w, size_t input, size_t dim, q_err *err)
{
    const q_value_info *v = &w->g->values[w->g->inputs[input]];
    q_str name = v->dim_names ? v->dim_names[dim] : (q_str){"", 0};

    if (!is_plain(name))
        name = default_name(w, input, dim, w->in[input].rank);
    if (!name.p)
        return q_err_nomem(err);
    for (size_t i = 0; i < w->count; i++) {
        if (q_str_eq(w->symbols[i].name, name)) {
            w->which[input][dim] = (unsigned char)i;
            return Q_OK;
        }
    }
    if (w->count == MAX_SYMBOLS)
        return q_err_set(err, Q_LIMIT, "more than %d free dimensions; --shape says what some are",
                         MAX_SYMBOLS);
    w->which[input][dim] = (unsigned char)w->count;
    w->symbols[w->count++] = (symbol){.name = name};
    return Q_OK;
}

static q_code find_symbols(work *w, q_err *err)
{
    q_code rc = Q_OK;

    memset(w->which, NOT_FREE, sizeof w->which);
    for (size_t i = 0; !rc && i < w->g->input_count; i++)
        for (size_t k = 0; !rc && k < w->in[i].rank; k++) {
            if (w->in[i].dims[k] != Q_DIM_UNKNOWN)
                continue;
            if (i >= MAX_INPUTS)
                return q_err_set(err, Q_LIMIT, "free dimensions of more than %d inputs",
                                 MAX_INPUTS);
            rc = add_symbol(w, i, k, err);
        }
    return rc;
}

/* -- Probes -- */

/* Plan with symbol s at its size number at[s]. */
static q_code probe(work *w, const size_t *at, plan **out, q_err *err)
{
    q_tensor *in = q_arena_array(w->arena, w->g->input_count, sizeof *in);
    plan_request r = {.graph = w->g, .in = in, .memory_limit = MEMORY_LIMIT};

    if (!in)
        return q_err_nomem(err);
    for (size_t i = 0; i < w->g->input_count; i++) {
        in[i].dtype = w->g->values[w->g->inputs[i]].dtype;
        in[i].shape = w->in[i];
        for (size_t k = 0; k < in[i].shape.rank; k++)
            if (in[i].shape.dims[k] == Q_DIM_UNKNOWN)
                in[i].shape.dims[k] = w->symbols[w->which[i][k]].sizes[at[w->which[i][k]]];
    }
    return plan__new(&r, out, err);
}

/* Sizes that graphs are made for: any batch, images whose sides are multiples of 32, steps. */
static q_code find_base(work *w, q_err *err)
{
    static const size_t sizes[][2] = {{2, 64}, {1, 64}, {1, 224}, {1, 640}, {1, 128},
                                      {1, 16}, {1, 1},  {2, 2},   {64, 64}};
    size_t at[MAX_SYMBOLS] = {0};
    q_code rc = Q_INVALID;
    q_err first = {Q_OK, ""};

    for (size_t t = 0; rc && rc != Q_NOMEM && t < sizeof sizes / sizeof *sizes; t++) {
        for (size_t i = 0; i < w->g->input_count && i < MAX_INPUTS; i++)
            for (size_t k = 0; k < w->in[i].rank; k++)
                if (w->which[i][k] != NOT_FREE)
                    w->symbols[w->which[i][k]].sizes[0] = sizes[t][k > 0];
        rc = probe(w, at, &w->plans[0], t == 0 ? &first : NULL);
        if (w->count == 0)
            break;
    }
    if (rc && err)
        *err = first;
    return rc;
}

/* Other sizes for one symbol; it is fixed when none fits. */
static void vary(work *w, size_t s)
{
    symbol *y = &w->symbols[s];
    size_t steps[] = {y->sizes[0] < 16 ? 1 : 32, y->sizes[0] * 2};

    for (size_t t = 0; t < 2; t++) {
        size_t at[MAX_SYMBOLS] = {0};

        y->sizes[1] = y->sizes[0] + steps[t];
        y->sizes[2] = y->sizes[0] + 3 * steps[t];
        at[s] = 1;
        if (probe(w, at, &w->plans[1 + 2 * s], NULL))
            continue;
        at[s] = 2;
        if (probe(w, at, &w->plans[2 + 2 * s], NULL) == Q_OK)
            return;
        plan__free(w->plans[1 + 2 * s]);
        w->plans[1 + 2 * s] = NULL;
    }
    y->fixed = true;
}

static void vary_all(work *w)
{
    size_t at[MAX_SYMBOLS];

    for (size_t s = 0; s < w->count; s++)
        vary(w, s);
    for (size_t s = 0; s < w->count; s++)
        at[s] = w->symbols[s].fixed ? 0 : 1 + s % 2;
    if (w->count > 1 && probe(w, at, &w->plans[PROBES - 1], NULL))
        w->plans[PROBES - 1] = NULL;
}

/* -- Reading a dimension off -- */

static double dim_at(const work *w, size_t p, size_t value, size_t dim)
{
    const q_shape *s = &w->plans[p]->slots[value].t.shape;

    return dim < s->rank ? (double)s->dims[dim] : -1;
}

/* c + the sum of slope[s] * s, or c * the product of s ^ power[s]. */
typedef struct formula {
    double c, by[MAX_SYMBOLS];
    bool is_product;
} formula;

static double size_in_last(const work *w, size_t s)
{
    return (double)w->symbols[s].sizes[w->symbols[s].fixed ? 0 : 1 + s % 2];
}

static bool same(double a, double b)
{
    return fabs(a - b) < 1e-6 * (1 + fabs(b));
}

static double value_of(const formula *f, const work *w)
{
    double v = f->c;

    for (size_t s = 0; s < w->count; s++)
        v = f->is_product ? v * pow(size_in_last(w, s), f->by[s])
                          : v + f->by[s] * size_in_last(w, s);
    return v;
}

static bool fit_line(const work *w, size_t value, size_t dim, formula *f)
{
    double base = dim_at(w, 0, value, dim);

    *f = (formula){.c = base};
    for (size_t s = 0; s < w->count; s++) {
        const symbol *y = &w->symbols[s];
        double x0 = (double)y->sizes[0], slope;

        if (y->fixed)
            continue;
        slope = (dim_at(w, 1 + 2 * s, value, dim) - base) / ((double)y->sizes[1] - x0);
        if (!same(base + slope * ((double)y->sizes[2] - x0), dim_at(w, 2 + 2 * s, value, dim)))
            return false;
        f->by[s] = slope;
        f->c -= slope * x0;
    }
    return !w->plans[PROBES - 1] || same(value_of(f, w), dim_at(w, PROBES - 1, value, dim));
}

static bool fit_product(const work *w, size_t value, size_t dim, formula *f)
{
    double base = dim_at(w, 0, value, dim);

    *f = (formula){.c = base, .is_product = true};
    for (size_t s = 0; s < w->count; s++) {
        const symbol *y = &w->symbols[s];
        double x0 = (double)y->sizes[0], power;

        if (y->fixed)
            continue;
        power = log(dim_at(w, 1 + 2 * s, value, dim) / base) / log((double)y->sizes[1] / x0);
        if (!isfinite(power) || !same(power, rint(power)) ||
            !same(base * pow((double)y->sizes[2] / x0, power), dim_at(w, 2 + 2 * s, value, dim)))
            return false;
        f->by[s] = rint(power);
        f->c /= pow(x0, f->by[s]);
    }
    return !w->plans[PROBES - 1] || same(value_of(f, w), dim_at(w, PROBES - 1, value, dim));
}

/* A slope as p / q with a small q; false when it is none. */
static bool fraction(double v, long *p, long *q)
{
    for (*q = 1; *q <= 4096; ++*q) {
        double top = v * (double)*q;

        if (same(top, rint(top)) && fabs(top) < 1e9) {
            *p = lrint(top);
            return true;
        }
    }
    return false;
}

static bool put_term(q_buf *b, double slope, q_str name)
{
    long p, q;

    if (!fraction(slope, &p, &q))
        return false;
    if (b->n > 0 && p > 0)
        q_buf_char(b, '+');
    if (p == -1)
        q_buf_char(b, '-');
    else if (p != 1)
        q_buf_printf(b, "%ld*", p);
    q_buf_put(b, name);
    if (q != 1)
        q_buf_printf(b, "/%ld", q);
    return true;
}

static bool put_line(const work *w, const formula *f, q_buf *b)
{
    for (size_t s = 0; s < w->count; s++)
        if (!same(f->by[s], 0) && !put_term(b, f->by[s], w->symbols[s].name))
            return false;
    if (b->n == 0)
        q_buf_printf(b, "%.0f", f->c);
    else if (!same(f->c, 0)) {
        long p, q;

        if (!fraction(f->c, &p, &q))
            return false;
        q_buf_printf(b, q == 1 ? "%+ld" : "%+ld/%ld", p, q);
    }
    return true;
}

static bool put_product(const work *w, const formula *f, q_buf *b)
{
    long p, q;

    if (!fraction(f->c, &p, &q))
        return false;
    if (p != 1)
        q_buf_printf(b, "%ld", p);
    for (size_t s = 0; s < w->count; s++) {
        long power = lrint(f->by[s]);

        if (power < 0)
            return false;
        for (long i = 0; i < power; i++) {
            if (b->n > 0)
                q_buf_char(b, '*');
            q_buf_put(b, w->symbols[s].name);
        }
    }
    if (q != 1)
        q_buf_printf(b, "/%ld", q);
    return true;
}

static q_code dim_text(const work *w, size_t value, size_t dim, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(w->arena, 1000);
    formula f;

    if (!(fit_line(w, value, dim, &f) && put_line(w, &f, &b))) {
        q_buf_clear(&b);
        if (!(fit_product(w, value, dim, &f) && put_product(w, &f, &b))) {
            q_buf_clear(&b);
            q_buf_char(&b, '?');
        }
    }
    return q_buf_finish(&b, out, err);
}

/* Whether all plans agree that the value has a shape, and on its rank. */
static bool is_known(const work *w, size_t value)
{
    for (size_t p = 0; p < PROBES; p++) {
        const slot *s = w->plans[p] ? &w->plans[p]->slots[value] : NULL;

        if (s && (s->state == SLOT_UNMADE || s->state == SLOT_DYNAMIC ||
                  s->t.shape.rank != w->plans[0]->slots[value].t.shape.rank))
            return false;
    }
    return true;
}

static q_code read_off(const work *w, shapes *out, q_err *err)
{
    q_code rc = Q_OK;

    out->count = w->g->value_count;
    out->values = q_arena_array(w->arena, out->count, sizeof *out->values);
    out->symbols = q_arena_array(w->arena, w->count, sizeof *out->symbols);
    if (!out->values || !out->symbols)
        return q_err_nomem(err);
    out->symbol_count = w->count;
    for (size_t s = 0; s < w->count; s++)
        out->symbols[s] = w->symbols[s].name;
    for (size_t i = 0; !rc && i < out->count; i++) {
        shapes_value *v = &out->values[i];
        const slot *s = &w->plans[0]->slots[i];

        v->dtype = s->t.dtype != Q_NONE ? s->t.dtype : w->g->values[i].dtype;
        v->known = is_known(w, i);
        v->rank = v->known ? s->t.shape.rank : 0;
        for (size_t k = 0; !rc && k < v->rank; k++)
            rc = dim_text(w, i, k, &v->dims[k], err);
    }
    return rc;
}

q_code shapes__infer(const q_model *m, const q_shape *in, q_arena *a, shapes *out, q_err *err)
{
    work w = {.g = model__graph(m), .in = in, .arena = a};
    q_code rc = find_symbols(&w, err);

    if (!rc)
        rc = find_base(&w, err);
    if (!rc)
        vary_all(&w);
    if (!rc)
        rc = read_off(&w, out, err);
    for (size_t i = 0; i < PROBES; i++)
        plan__free(w.plans[i]);
    return rc;
}
