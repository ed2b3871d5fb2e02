#include "language/entity_name.h"

#include <math.h>
#include <stdlib.h>

const q_entity_type entity_name_types[ENTITY_NAME_TYPES] = {
    Q_ENTITY_PERSON, Q_ENTITY_LOCATION, Q_ENTITY_ORGANIZATION, Q_ENTITY_COMMERCIAL_ITEM,
    Q_ENTITY_EVENT,  Q_ENTITY_TITLE,    Q_ENTITY_OTHER,
};

const q_entity_type entity_amount_types[2] = {Q_ENTITY_DATE, Q_ENTITY_QUANTITY};

/* A name may be anywhere. */
static bool names_next(features *f, const q_tokens *t, const word *w, size_t begin, size_t end,
                       size_t *first, size_t *last)
{
    if (*last == end)
        return false;
    *first = begin;
    *last = end;
    return features__names(f, t, w, begin, end);
}

const entity_kind entity_names = {names_next, entity_name_types, 0.39f, -0.41f};
const entity_kind entity_amounts = {features__amounts_next, entity_amount_types, 1, 0};

static const float ODDS = 7; /* what is surer than this is as sure as this */

enum { SCRATCH = 1 << 22 }; /* bytes that FEATURE_TOKENS_MAX tokens need to be labelled, and more */

void entity__allowed(uint8_t *allowed, size_t labels)
{
    for (size_t from = 0; from <= labels; from++)
        for (size_t to = 0; to < labels; to++) {
            bool goes_on = to && to % 2 == 0;

            allowed[from * labels + to] =
                !goes_on || (from < labels && (from == to || from + 1 == to));
        }
}

typedef struct finder {
    const q_sequence_model *model;
    const entity_kind *kind;
    features f;
    uint16_t labels[FEATURE_TOKENS_MAX];
    float sure[FEATURE_TOKENS_MAX];
    entity_found *found;
    size_t count, cap;
} finder;

static q_code label(finder *x, size_t n, q_err *err)
{
    q_sequence s = {x->f.v, x->f.starts, NULL, n};
    q_arena *scratch = q_arena_new(SCRATCH);
    q_code rc = scratch ? q_sequence_decode(x->model, &s, scratch, x->labels, x->sure, err)
                        : q_err_nomem(err);

    q_arena_free(scratch);
    return rc;
}

static float calibrated(const entity_kind *kind, float p)
{
    float odds = logf((p + 1e-6f) / (1 - p + 1e-6f));

    odds = odds > ODDS ? ODDS : odds < -ODDS ? -ODDS : odds;
    return 1 / (1 + expf(-(kind->slope * odds + kind->shift)));
}

static q_code gather(finder *x, size_t begin, size_t n, q_arena *a, q_err *err)
{
    for (size_t i = 0; i < n;) {
        entity_found e = {.begin = begin + i, .score = x->sure[i]};
        uint16_t l = x->labels[i];

        i++;
        if (!l)
            continue;
        for (; i < n && x->labels[i] == l + 1; i++)
            e.score = x->sure[i] < e.score ? x->sure[i] : e.score;
        e.end = begin + i;
        e.score = calibrated(x->kind, e.score);
        e.type = x->kind->types[(l - 1) / 2];
        if (q_arena_grow(a, &x->found, &x->cap, x->count + 1, sizeof *x->found))
            return q_err_nomem(err);
        x->found[x->count++] = e;
    }
    return Q_OK;
}

q_code entity__label(const entity_kind *kind, const q_sequence_model *m, const q_tokens *t,
                     const word *w, q_arena *a, entity_found **out, size_t *count, q_err *err)
{
    finder *x = malloc(sizeof *x); /* much of which a short text never touches */
    q_code rc = Q_OK;

    *out = NULL;
    *count = 0;
    if (!x)
        return q_err_nomem(err);
    x->model = m;
    x->kind = kind;
    x->found = NULL;
    x->count = x->cap = 0;
    x->f.bits = q_sequence_bits(m);
    for (size_t begin = 0, end; begin < t->n && !rc; begin = end) {
        size_t first, last = begin;

        end = features__end(t, begin);
        while (!rc && kind->next(&x->f, t, w, begin, end, &first, &last)) {
            rc = label(x, last - first, err);
            if (!rc)
                rc = gather(x, first, last - first, a, err);
        }
    }
    *out = x->found;
    *count = x->count;
    free(x);
    return rc;
}
