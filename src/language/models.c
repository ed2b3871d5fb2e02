#include "language/models.h"

#include "language/dominant_model.h"
#include "language/model_parts.h"
#include "language/names.h"
#include "language/sentiment_model.h"
#include "learn/sequence.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Written by tools/embed_models.py. */
extern const char q_models_names[], q_models_names_end[];
extern const char q_models_words[], q_models_words_end[];
extern const char q_models_entities[], q_models_entities_end[];
extern const char q_models_amounts[], q_models_amounts_end[];
extern const char q_models_syntax[], q_models_syntax_end[];
extern const char q_models_dominant[], q_models_dominant_end[];
extern const char q_models_sentiment[], q_models_sentiment_end[];

static q_code names_make(q_str bytes, q_str name, void **out, q_err *err)
{
    names *n = malloc(sizeof *n);
    q_code rc;

    if (!n)
        return q_err_nomem(err);
    rc = names__open(bytes, name, n, err);
    if (rc) {
        free(n);
        return rc;
    }
    *out = n;
    return Q_OK;
}

static q_code sequence_make(q_str bytes, q_str name, void **out, q_err *err)
{
    q_sequence_model *m = NULL;
    q_code rc = q_sequence_load(bytes, name, &m, err);

    *out = m;
    return rc;
}

static q_code dominant_make(q_str bytes, q_str name, void **out, q_err *err)
{
    dominant_model *m = NULL;
    q_code rc = dominant__load(bytes, name, &m, err);

    *out = m;
    return rc;
}

static void dominant_free(void *m)
{
    dominant__free(m);
}

static q_code sentiment_make(q_str bytes, q_str name, void **out, q_err *err)
{
    sentiment_model *m = NULL;
    q_code rc = sentiment__load(bytes, name, &m, err);

    *out = m;
    return rc;
}

static void sentiment_free(void *m)
{
    sentiment__free(m);
}

static void sequence_free(void *m)
{
    q_sequence_free(m);
}

typedef struct shipped {
    const char *name, *begin, *end;
    q_code (*make)(q_str bytes, q_str name, void **out, q_err *err);
    void (*free)(void *model);
} shipped;

#define BYTES(name) #name, q_models_##name, q_models_##name##_end

static const shipped SHIPPED[LANGUAGE_MODELS] = {
    [LANGUAGE_NAMES] = {BYTES(names), names_make, free},
    [LANGUAGE_WORDS] = {BYTES(words), names_make, free},
    [LANGUAGE_ENTITIES] = {BYTES(entities), sequence_make, sequence_free},
    [LANGUAGE_AMOUNTS] = {BYTES(amounts), sequence_make, sequence_free},
    [LANGUAGE_SYNTAX] = {BYTES(syntax), sequence_make, sequence_free},
    [LANGUAGE_DOMINANT] = {BYTES(dominant), dominant_make, dominant_free},
    [LANGUAGE_SENTIMENT] = {BYTES(sentiment), sentiment_make, sentiment_free},
};

typedef struct state {
    pthread_mutex_t mu;
    q_str bytes[LANGUAGE_MODELS];
    _Atomic(void *) ready[LANGUAGE_MODELS];
} state;

struct q_language {
    state *state; /* what changes at a model's first use */
};

q_code q_language_open(q_language **out, q_err *err)
{
    q_language *l = calloc(1, sizeof *l);
    state *s = calloc(1, sizeof *s);

    if (!l || !s) {
        free(l);
        free(s);
        return q_err_nomem(err);
    }
    pthread_mutex_init(&s->mu, NULL);
    for (size_t i = 0; i < LANGUAGE_MODELS; i++)
        s->bytes[i] = (q_str){SHIPPED[i].begin, (size_t)(SHIPPED[i].end - SHIPPED[i].begin)};
    l->state = s;
    *out = l;
    return Q_OK;
}

void q_language_free(q_language *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < LANGUAGE_MODELS; i++) {
        void *model = atomic_load(&l->state->ready[i]);

        if (model)
            SHIPPED[i].free(model);
    }
    pthread_mutex_destroy(&l->state->mu);
    free(l->state);
    free(l);
}

void language__replace(q_language *l, language_model which, q_str bytes)
{
    l->state->bytes[which] = bytes;
}

q_str language__bytes(const q_language *l, language_model which)
{
    return l->state->bytes[which];
}

q_code language__model(const q_language *l, language_model which, const void **out, q_err *err)
{
    state *s = l->state;
    void *model = atomic_load_explicit(&s->ready[which], memory_order_acquire);
    q_code rc = Q_OK;

    if (!model) {
        pthread_mutex_lock(&s->mu);
        model = atomic_load(&s->ready[which]);
        if (!model)
            rc = SHIPPED[which].make(s->bytes[which], q_str_of(SHIPPED[which].name), &model, err);
        if (!rc)
            atomic_store_explicit(&s->ready[which], model, memory_order_release);
        pthread_mutex_unlock(&s->mu);
    }
    if (!rc)
        *out = model;
    return rc;
}
