/* Training: AdaGrad over the examples in a shuffled order that is the same on
 * every run. Source: Duchi, Hazan, Singer 2011.
 */
#include "learn/linear.h"

#include "learn/linear_parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCHS_MIN = 5, EPOCHS_MAX = 30, FEW_CLASSES = 8 };

static const double WORK = 6e8; /* weights visited while learning, about */
static const double RATE = 0.7, L2 = 1e-5;
/* A gradient below this moves nothing. */
static const float STILL = 0.01f;
/* Biases learn more slowly than weights. */
static const float BIAS = 0.1f;
/* Keeps the first step on a weight in proportion to its gradient. */
static const float SQUARE = 0.01f;

typedef struct training {
    const q_example *examples;
    size_t count;
    const q_linear_options *o;
    q_linear *m;
    uint32_t *rows_of; /* [1 << bits]: row + 1 of a feature; 0: none */
    uint32_t *rows;    /* of all examples' features, one example behind another */
    size_t *firsts;    /* [count]: where an example's begin */
    float *squares;    /* [links] sums of squared gradients */
    float *bias_squares;
    float *errors;   /* [classes] probability less truth */
    uint16_t *wrong; /* [wrong_count] the classes whose error is not 0 */
    size_t wrong_count;
    uint32_t *order; /* [count] */
    float rate, l2;
} training;

/* A number for each feature that occurs, ascending by id. */
static q_code rows_number(training *t, size_t *count, q_err *err)
{
    size_t ids = (size_t)1 << t->o->bits, rows = 0, all = 0;

    t->rows_of = calloc(ids, sizeof *t->rows_of);
    t->firsts = calloc(t->count + 1, sizeof *t->firsts);
    if (!t->rows_of || !t->firsts)
        return q_err_nomem(err);
    for (size_t e = 0; e < t->count; e++) {
        t->firsts[e] = all;
        all += t->examples[e].x.n;
        for (size_t i = 0; i < t->examples[e].x.n; i++) {
            assert(t->examples[e].x.v[i].id < ids);
            t->rows_of[t->examples[e].x.v[i].id] = 1;
        }
    }
    for (size_t id = 0; id < ids; id++)
        if (t->rows_of[id])
            t->rows_of[id] = (uint32_t)++rows;
    t->rows = calloc(all + 1, sizeof *t->rows);
    if (!t->rows)
        return q_err_nomem(err);
    for (size_t e = 0; e < t->count; e++)
        for (size_t i = 0; i < t->examples[e].x.n; i++)
            t->rows[t->firsts[e] + i] = t->rows_of[t->examples[e].x.v[i].id] - 1;
    *count = rows;
    return Q_OK;
}

/* The examples by class: of class c those at by[starts[c]] up to by[starts[c + 1]]. */
static q_code group(const training *t, uint32_t **starts, uint32_t **by, q_err *err)
{
    size_t all = 0;

    *starts = calloc(t->o->classes + 2, sizeof **starts);
    for (size_t e = 0; e < t->count; e++)
        all += t->examples[e].class_count;
    *by = calloc(all + 1, sizeof **by);
    if (!*starts || !*by)
        return q_err_nomem(err);
    for (size_t e = 0; e < t->count; e++)
        for (size_t k = 0; k < t->examples[e].class_count; k++) {
            assert(t->examples[e].classes[k] < t->o->classes);
            (*starts)[t->examples[e].classes[k] + 2]++;
        }
    for (size_t c = 0; c < t->o->classes; c++)
        (*starts)[c + 1] += (*starts)[c];
    for (size_t e = 0; e < t->count; e++)
        for (size_t k = 0; k < t->examples[e].class_count; k++)
            (*by)[(*starts)[t->examples[e].classes[k] + 1]++] = (uint32_t)e;
    return Q_OK;
}

/* Which classes a feature is seen with; the class it was seen with last. */
typedef struct seen {
    uint32_t count, last;
} seen;

/* Count each row's classes or, with `m`, note them. */
static void link(const training *t, const uint32_t *starts, const uint32_t *by, seen *rows,
                 q_linear *m)
{
    for (size_t c = 0; c < t->o->classes; c++) {
        for (size_t k = starts[c]; k < starts[c + 1]; k++) {
            const uint32_t *row = t->rows + t->firsts[by[k]];

            for (size_t i = 0; i < t->examples[by[k]].x.n; i++) {
                seen *s = &rows[row[i]];

                if (s->last == c + 1)
                    continue;
                s->last = (uint32_t)c + 1;
                if (m && m->starts[row[i] + 1] - m->starts[row[i]] < m->classes)
                    m->targets[m->starts[row[i]] + s->count] = (uint16_t)c;
                s->count++;
            }
        }
    }
}

static bool is_full(const training *t, const seen *s)
{
    return t->o->classes <= FEW_CLASSES || (size_t)s->count * 6 > t->o->classes;
}

static q_code links_make(training *t, const uint32_t *starts, const uint32_t *by, q_err *err)
{
    q_linear sizes = {
        .bits = t->o->bits, .independent = t->o->independent, .classes = t->o->classes};
    seen *rows = NULL;
    q_code rc = rows_number(t, &sizes.rows, err);

    if (rc)
        return rc;
    rows = calloc(sizes.rows + 1, sizeof *rows);
    if (!rows)
        return q_err_nomem(err);
    link(t, starts, by, rows, NULL);
    for (size_t r = 0; r < sizes.rows; r++)
        sizes.links += is_full(t, &rows[r]) ? sizes.classes : rows[r].count;
    if (sizes.links >= UINT32_MAX)
        rc = q_err_set(err, Q_LIMIT, "%zu weights are needed; at most %u", sizes.links, UINT32_MAX);
    else
        rc = linear__new(&sizes, &t->m, err);
    for (size_t r = 0; !rc && r < sizes.rows; r++) {
        bool full = is_full(t, &rows[r]);

        t->m->starts[r + 1] = t->m->starts[r] + (full ? (uint32_t)sizes.classes : rows[r].count);
        for (size_t c = 0; full && c < sizes.classes; c++)
            t->m->targets[t->m->starts[r] + c] = (uint16_t)c;
        rows[r] = (seen){0};
    }
    if (!rc)
        link(t, starts, by, rows, t->m);
    for (size_t id = 0, r = 0; !rc && r < sizes.rows; id++)
        if (t->rows_of[id])
            t->m->ids[r++] = (uint32_t)id;
    free(rows);
    return rc;
}

static q_code rows_make(training *t, q_err *err)
{
    uint32_t *starts = NULL, *by = NULL;
    q_code rc = group(t, &starts, &by, err);

    if (!rc)
        rc = links_make(t, starts, by, err);
    free(starts);
    free(by);
    return rc;
}

static void move(float *w, float *square, float g, const training *t)
{
    g += t->l2 * *w;
    *square += g * g;
    *w -= t->rate * g / sqrtf(*square);
}

static void row_step(training *t, size_t row, float value)
{
    q_linear *m = t->m;
    size_t first = m->starts[row], n = m->starts[row + 1] - first;
    float *w = m->weights + first, *squares = t->squares + first;

    if (n == m->classes) {
        for (size_t k = 0; k < t->wrong_count; k++) {
            size_t c = t->wrong[k];

            move(&w[c], &squares[c], t->errors[c] * value, t);
        }
        return;
    }
    for (size_t k = 0; k < n; k++) {
        float e = t->errors[m->targets[first + k]];

        if (e != 0)
            move(&w[k], &squares[k], e * value, t);
    }
}

/* errors = probability less truth; what is hardly wrong is 0. */
static void errors_of(training *t, const q_example *e, size_t first)
{
    q_linear *m = t->m;

    memcpy(t->errors, m->biases, m->classes * sizeof *m->biases);
    for (size_t i = 0; i < e->x.n; i++)
        linear__add(m, t->rows[first + i], e->x.v[i].value, t->errors);
    if (m->independent)
        for (size_t c = 0; c < m->classes; c++)
            t->errors[c] = 1 / (1 + expf(-t->errors[c]));
    else
        q_softmax(t->errors, m->classes);
    for (size_t k = 0; k < e->class_count; k++)
        t->errors[e->classes[k]] -= 1;
    t->wrong_count = 0;
    for (size_t c = 0; c < m->classes; c++) {
        if (fabsf(t->errors[c]) < STILL)
            t->errors[c] = 0;
        else
            t->wrong[t->wrong_count++] = (uint16_t)c;
    }
}

static void step(training *t, size_t at)
{
    const q_example *e = &t->examples[at];

    errors_of(t, e, t->firsts[at]);
    for (size_t i = 0; t->wrong_count && i < e->x.n; i++)
        row_step(t, t->rows[t->firsts[at] + i], e->x.v[i].value);
    for (size_t k = 0; !t->o->unbiased && k < t->wrong_count; k++) {
        size_t c = t->wrong[k];

        move(&t->m->biases[c], &t->bias_squares[c], t->errors[c] * BIAS, t);
    }
}

static unsigned epochs_for(const training *t)
{
    double work = 1, epochs;

    if (t->o->epochs)
        return t->o->epochs;
    for (size_t e = 0; e < t->count; e++) {
        work += (double)t->m->classes;
        for (size_t i = 0; i < t->examples[e].x.n; i++) {
            const uint32_t *start = &t->m->starts[t->rows[t->firsts[e] + i]];

            work += start[1] - start[0];
        }
    }
    epochs = WORK / work;
    return epochs < EPOCHS_MIN ? EPOCHS_MIN : epochs > EPOCHS_MAX ? EPOCHS_MAX : (unsigned)epochs;
}

/* Fisher-Yates on a fixed sequence. */
static void shuffle(uint32_t *order, size_t n, uint64_t *seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t j;
        uint32_t swap = order[i - 1];

        *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
        j = (size_t)((*seed >> 33) % i);
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

static q_code run(training *t, q_err *err)
{
    uint64_t seed = 1;
    unsigned epochs;
    q_code rc = rows_make(t, err);

    if (rc)
        return rc;
    t->squares = calloc(t->m->links + 1, sizeof *t->squares);
    t->bias_squares = calloc(t->m->classes + 1, sizeof *t->bias_squares);
    t->errors = calloc(t->m->classes + 1, sizeof *t->errors);
    t->wrong = calloc(t->m->classes + 1, sizeof *t->wrong);
    t->order = calloc(t->count + 1, sizeof *t->order);
    if (!t->squares || !t->bias_squares || !t->errors || !t->wrong || !t->order)
        return q_err_nomem(err);
    for (size_t k = 0; k < t->m->links; k++)
        t->squares[k] = SQUARE;
    for (size_t c = 0; c < t->m->classes; c++)
        t->bias_squares[c] = SQUARE;
    for (size_t e = 0; e < t->count; e++)
        t->order[e] = (uint32_t)e;
    epochs = epochs_for(t);
    for (unsigned i = 0; i < epochs; i++) {
        shuffle(t->order, t->count, &seed);
        for (size_t e = 0; e < t->count; e++)
            step(t, t->order[e]);
    }
    return Q_OK;
}

q_code q_linear_train(const q_example *examples, size_t count, const q_linear_options *o,
                      q_linear **out, q_err *err)
{
    training t = {.examples = examples,
                  .count = count,
                  .o = o,
                  .rate = (float)(o->rate > 0 ? o->rate : RATE),
                  .l2 = (float)(o->l2 > 0   ? o->l2
                                : o->l2 < 0 ? 0
                                            : L2)};
    q_code rc;

    if (!o->bits || o->bits > Q_LINEAR_BITS_MAX)
        return q_err_set(err, Q_LIMIT, "feature ids have %u bits; 1 to %d are possible", o->bits,
                         Q_LINEAR_BITS_MAX);
    if (!o->classes || o->classes > Q_LINEAR_CLASSES_MAX)
        return q_err_set(err, Q_LIMIT, "there are %zu classes; 1 to %d are possible", o->classes,
                         Q_LINEAR_CLASSES_MAX);
    rc = run(&t, err);
    if (!rc) {
        *out = t.m;
        t.m = NULL;
    }
    q_linear_free(t.m);
    free(t.rows_of);
    free(t.rows);
    free(t.firsts);
    free(t.squares);
    free(t.bias_squares);
    free(t.errors);
    free(t.wrong);
    free(t.order);
    return rc;
}
