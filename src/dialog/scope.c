#include "dialog/scope.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDS = 5, STEPS = 12, WEIGHTS = SIGNALS + 1, ARENA_MAX = 1 << 30 };

/* Examples times classes that are learnt from at most, but for one fold. */
static const double WORK = 1e6;

/* Of the utterances in scope, so many may be taken for out of scope. */
static const double MISSED = 0.02;

/* What is common to bots, and how many utterances it is worth: learnt from 384
 * bots of 3 to 30 intents, of 4 to 50 utterances each, drawn from CLINC150 and
 * Banking77.
 */
static const scope COMMON = {{0.83, 5.3, -0.83, -1.9}, {1.46, 0.94, -1.81, 2.16}};
static const double COMMON_WORTH = 20, COMMON_LIMIT = -0.2;
/* How strongly weights are drawn to these: by the usual size of their signals. */
static const double DRAW[WEIGHTS] = {16, 0.6, 1.6, 4};

typedef struct tried {
    double signals[SIGNALS];
    bool in, right;
} tried;

typedef struct trial {
    const intents_sample *v;
    size_t count, classes;
    unsigned bits;
    tried *tried;
    size_t tried_count;
} trial;

static double dot(const double *w, const double *signals)
{
    double sum = w[SIGNALS];

    for (size_t i = 0; i < SIGNALS; i++)
        sum += w[i] * signals[i];
    return sum;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

double scope__out(const scope *s, const intents_answer *a)
{
    return sigmoid(-dot(s->in, a->signals));
}

double scope__right(const scope *s, const intents_answer *a)
{
    return sigmoid(dot(s->right, a->signals));
}

static bool is_held(const intents_sample *s, size_t fold)
{
    return (s->group >> 8) % FOLDS == fold;
}

static q_code fold_ask(trial *t, const intents *m, const uint32_t *map, size_t fold, q_err *err)
{
    for (size_t s = 0; s < t->count; s++) {
        const intents_sample *k = &t->v[s];
        bool out = map[k->class] == UINT32_MAX;
        tried *to = &t->tried[t->tried_count];
        intents_answer answer;
        q_arena *a;
        q_code rc;

        if ((!out && !is_held(k, fold)) || (s && k->group == k[-1].group))
            continue;
        a = q_arena_new(ARENA_MAX);
        rc = a ? intents__ask(m, &k->text, NULL, a, &answer, err) : q_err_nomem(err);
        q_arena_free(a);
        if (rc)
            return rc;
        memcpy(to->signals, answer.signals, sizeof to->signals);
        to->in = !out;
        to->right = !out && answer.best == map[k->class];
        t->tried_count++;
    }
    return Q_OK;
}

/* Learn without every FOLDSth intent and some utterances; ask for these. */
static q_code fold_run(trial *t, size_t fold, q_arena *a, q_err *err)
{
    intents_sample *kept = q_arena_array(a, t->count, sizeof *kept);
    uint32_t *map = q_arena_array(a, t->classes, sizeof *map);
    size_t n = 0, classes = 0;
    intents *m = NULL;
    q_code rc;

    if (!kept || !map)
        return q_err_nomem(err);
    for (size_t c = 0; c < t->classes; c++)
        map[c] = c % FOLDS == fold ? UINT32_MAX : (uint32_t)classes++;
    for (size_t s = 0; s < t->count; s++) {
        if (map[t->v[s].class] == UINT32_MAX || is_held(&t->v[s], fold))
            continue;
        kept[n] = t->v[s];
        kept[n++].class = map[t->v[s].class];
    }
    if (!classes || !n)
        return Q_OK;
    rc = intents__learn(kept, n, classes, t->bits, &m, err);
    if (!rc)
        rc = fold_ask(t, m, map, fold, err);
    intents__free(m);
    return rc;
}

/* Gauss: h * x = g, h symmetric and positive. */
static void solve(double h[WEIGHTS][WEIGHTS], double *g)
{
    for (size_t i = 0; i < WEIGHTS; i++)
        for (size_t r = i + 1; r < WEIGHTS; r++) {
            double factor = h[r][i] / h[i][i];

            for (size_t c = i; c < WEIGHTS; c++)
                h[r][c] -= factor * h[i][c];
            g[r] -= factor * g[i];
        }
    for (size_t i = WEIGHTS; i-- > 0;) {
        for (size_t c = i + 1; c < WEIGHTS; c++)
            g[i] -= h[i][c] * g[c];
        g[i] /= h[i][i];
    }
}

/* A logistic regression: of being right among those in scope, or of being in
 * scope, both sides counting the same.
 */
typedef struct regression {
    const trial *t;
    bool of_right;
    double weight[2];           /* of an utterance that is not, that is */
    const double *common;       /* what the weights are drawn to */
    double h[WEIGHTS][WEIGHTS]; /* the loss's second derivatives */
    double g[WEIGHTS];          /* its first */
} regression;

static const double *example(const regression *r, size_t i, bool *y)
{
    const tried *k = &r->t->tried[i];

    *y = r->of_right ? k->right : k->in;
    return r->of_right && !k->in ? NULL : k->signals;
}

static double loss(regression *r, const double *w)
{
    double sum = 0;

    for (size_t i = 0; i < WEIGHTS; i++)
        sum += DRAW[i] / 2 * (w[i] - r->common[i]) * (w[i] - r->common[i]);
    for (size_t i = 0; i < r->t->tried_count; i++) {
        bool y;
        const double *x = example(r, i, &y);
        double z = x ? dot(w, x) : 0;

        if (x)
            sum += r->weight[y] * log1p(exp(y ? -z : z));
    }
    return sum;
}

static void derive(regression *r, const double *w)
{
    memset(r->h, 0, sizeof r->h);
    for (size_t i = 0; i < WEIGHTS; i++) {
        r->h[i][i] = DRAW[i];
        r->g[i] = DRAW[i] * (w[i] - r->common[i]);
    }
    for (size_t i = 0; i < r->t->tried_count; i++) {
        bool y;
        const double *signals = example(r, i, &y);
        double x[WEIGHTS], p;

        if (!signals)
            continue;
        memcpy(x, signals, SIGNALS * sizeof *x);
        x[SIGNALS] = 1;
        p = sigmoid(dot(w, signals));
        for (size_t a = 0; a < WEIGHTS; a++) {
            r->g[a] += r->weight[y] * (p - y) * x[a];
            for (size_t c = 0; c < WEIGHTS; c++)
                r->h[a][c] += r->weight[y] * p * (1 - p) * x[a] * x[c];
        }
    }
}

static void shares(regression *r)
{
    double n[2] = {0};

    for (size_t i = 0; i < r->t->tried_count; i++) {
        bool y;

        if (example(r, i, &y))
            n[y] += 1;
    }
    for (size_t k = 0; k < 2; k++)
        r->weight[k] = r->of_right ? 1 : (n[0] + n[1]) / (2 * (n[k] > 0 ? n[k] : 1));
}

/* Newton's steps, halved until they lead down. */
static void fit(const trial *t, bool of_right, double *w)
{
    double common[WEIGHTS];
    regression r = {.t = t, .of_right = of_right, .common = common};

    memcpy(common, w, sizeof common);
    shares(&r);
    for (size_t step = 0; step < STEPS; step++) {
        double now = loss(&r, w), length = 1, next[WEIGHTS];

        derive(&r, w);
        solve(r.h, r.g);
        do {
            for (size_t i = 0; i < WEIGHTS; i++)
                next[i] = w[i] - length * r.g[i];
            length /= 2;
        } while (!(loss(&r, next) <= now) && length > 1e-3);
        if (length <= 1e-3)
            break;
        memcpy(w, next, sizeof next);
    }
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* Move the constant to where few of those in scope fall below 0. */
static q_code limit_set(const trial *t, double *w, q_arena *a, q_err *err)
{
    double *z = q_arena_array(a, t->tried_count, sizeof *z), limit = 0;
    size_t n = 0;

    if (!z)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->tried_count; i++)
        if (t->tried[i].in)
            z[n++] = dot(w, t->tried[i].signals);
    if (n) {
        qsort(z, n, sizeof *z, by_size);
        limit = z[(size_t)((double)n * MISSED)];
    }
    w[SIGNALS] -= (limit * (double)n + COMMON_LIMIT * COMMON_WORTH) / ((double)n + COMMON_WORTH);
    return Q_OK;
}

q_code scope__learn(const intents_sample *v, size_t count, size_t classes, unsigned bits,
                    scope *out, q_err *err)
{
    q_arena *a = q_arena_new(ARENA_MAX);
    trial t = {.v = v, .count = count, .classes = classes, .bits = bits};
    double work = (double)count * (double)classes;
    size_t folds = classes < 2 ? 0 : FOLDS;
    q_code rc = Q_OK;

    *out = COMMON;
    while (folds > 1 && work * (double)folds > WORK)
        folds--;
    t.tried = a ? q_arena_array(a, FOLDS * count, sizeof *t.tried) : NULL;
    if (!t.tried)
        rc = q_err_nomem(err);
    for (size_t fold = 0; fold < folds && !rc; fold++)
        rc = fold_run(&t, fold, a, err);
    if (!rc && t.tried_count) {
        fit(&t, false, out->in);
        fit(&t, true, out->right);
    }
    if (!rc)
        rc = limit_set(&t, out->in, a, err);
    q_arena_free(a);
    return rc;
}
