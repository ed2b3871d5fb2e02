/* Trained models: their bytes in pieces beside the record, and once in this process's memory. */
#include "service/comprehend_model.h"

#include "base/clock.h"
#include "base/digest.h"
#include "language/classifier.h"
#include "language/recognizer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECES Q_STR("comprehend-model")

enum {
    PIECE = 4 << 20,
    KEPT = 32,             /* in memory, at most, beside those in use */
    NAME = 512,            /* of a piece */
    MOST_BYTES = 256 << 20 /* of a model, as a worker may answer */
};

typedef struct kept {
    comprehend_model model; /* first: what callers hold */
    size_t refs;            /* under mu */
    char sha256[65];
    q_arena *arena;
} kept;

struct q_comprehend {
    pthread_mutex_t mu;
    kept *v[KEPT]; /* under mu; the one asked for last at the front; each is one reference */
    size_t n;      /* under mu */
};

q_code q_comprehend_new(q_comprehend **out, q_err *err)
{
    q_comprehend *c = calloc(1, sizeof *c);

    if (!c)
        return q_err_nomem(err);
    pthread_mutex_init(&c->mu, NULL);
    *out = c;
    return Q_OK;
}

static void kept_free(kept *k)
{
    if (!k)
        return;
    q_classifier_free(k->model.classifier);
    q_recognizer_free(k->model.recognizer);
    q_arena_free(k->arena); /* k too */
}

void q_comprehend_free(q_comprehend *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        kept_free(c->v[i]);
    pthread_mutex_destroy(&c->mu);
    free(c);
}

/* ---- pieces -------------------------------------------------------------------- */

static q_str piece_name(char out[NAME], const comprehend_model_kind *kind, q_str key, size_t i)
{
    int n = snprintf(out, NAME, "%s/%.*s/%06zu", kind->noun, Q_ARG(key), i);

    return (q_str){out, n < NAME ? (size_t)n : NAME - 1};
}

/* Those from the i-th on. */
static q_code drop_from(q_catalog *c, const comprehend_model_kind *kind, q_str key, size_t i,
                        q_err *err)
{
    bool existed = true;
    q_code rc = Q_OK;
    char name[NAME];

    for (; existed && !rc; i++)
        rc = q_record_delete(c, PIECES, piece_name(name, kind, key, i), &existed, err);
    return rc;
}

q_code comprehend__model_drop(q_catalog *c, const comprehend_model_kind *kind, q_str key,
                              q_err *err)
{
    return drop_from(c, kind, key, 0, err);
}

q_code comprehend__model_put(q_catalog *c, const comprehend_model_kind *kind, q_str key,
                             q_str bytes, q_value *about, q_err *err)
{
    char name[NAME], *hex = q_arena_alloc(about->arena, 65);
    size_t parts = 0;
    q_code rc = hex && q_sha256_hex(bytes, hex) ? Q_OK : q_err_nomem(err);

    for (size_t at = 0; at < bytes.n && !rc; at += PIECE, parts++)
        rc = q_record_put(c, PIECES, piece_name(name, kind, key, parts),
                          q_str_sub(bytes, at, PIECE), q_now_ms(), 0, err);
    if (!rc)
        rc = drop_from(c, kind, key, parts, err);
    q_map_int(about, Q_STR("Parts"), (int64_t)parts);
    q_map_int(about, Q_STR("Bytes"), (int64_t)bytes.n);
    q_map_str(about, Q_STR("Sha256"), q_str_of(hex));
    return rc;
}

/* What is there of a model; the digest tells whether that is all. */
static q_code read_pieces(q_catalog *c, const comprehend_model_kind *kind, q_str key, size_t parts,
                          q_buf *out, q_err *err)
{
    q_code rc = Q_OK;
    char name[NAME];

    for (size_t i = 0; i < parts && !rc; i++) {
        q_arena *a = q_arena_new(PIECE + (1 << 16));
        q_record r;

        rc = a ? q_record_get(c, PIECES, piece_name(name, kind, key, i), 0, a, &r, err)
               : q_err_nomem(err);
        if (!rc)
            q_buf_put(out, r.value);
        q_arena_free(a);
    }
    return rc;
}

/* ---- loading ------------------------------------------------------------------- */

static q_code damaged(const comprehend_model_kind *kind, q_str key, q_err *err)
{
    return q_err_set(err, Q_INVALID,
                     "the model of %s %.*s is damaged: its bytes are not those that were kept; "
                     "train it again",
                     kind->noun, Q_ARG(key));
}

static q_code read_bytes(q_app *app, const comprehend_model_kind *kind, q_str key,
                         const q_value *about, q_buf *out, q_err *err)
{
    q_code rc = read_pieces(app->catalog, kind, key, (size_t)q_value_int(about, Q_STR("Parts"), 0),
                            out, err);
    char hex[65];

    if (rc == Q_NOTFOUND)
        return damaged(kind, key, err);
    if (!rc)
        rc = out->rc ? q_err_set(err, out->rc, "the model of %s %.*s takes too much memory",
                                 kind->noun, Q_ARG(key))
                     : Q_OK;
    if (!rc && !q_sha256_hex(q_buf_str(out), hex))
        rc = q_err_nomem(err);
    if (!rc && !q_str_is(q_value_str(about, Q_STR("Sha256"), Q_STR("")), hex))
        rc = damaged(kind, key, err);
    return rc;
}

static q_code load(q_app *app, const comprehend_model_kind *kind, q_str key, const q_value *doc,
                   kept **out, q_err *err)
{
    const q_value *about = q_value_get(doc, Q_STR("Model"));
    q_arena *a = q_arena_new(1 << 20);
    kept *k = a ? q_arena_alloc(a, sizeof *k) : NULL;
    q_buf bytes = q_buf_init(NULL, MOST_BYTES);
    q_code rc;

    if (!k) {
        q_arena_free(a);
        return q_err_nomem(err);
    }
    k->arena = a;
    k->refs = 1;
    k->model.multi_label = q_str_is(q_value_str(doc, Q_STR("Mode"), Q_STR("")), "MULTI_LABEL");
    snprintf(k->sha256, sizeof k->sha256, "%.*s",
             Q_ARG(q_value_str(about, Q_STR("Sha256"), Q_STR(""))));
    rc = read_bytes(app, kind, key, about, &bytes, err);
    if (!rc)
        rc = kind->classifier
                 ? q_classifier_load(q_buf_str(&bytes), key, &k->model.classifier, err)
                 : q_recognizer_load(q_buf_str(&bytes), key, &k->model.recognizer, err);
    q_buf_clear(&bytes);
    if (rc)
        kept_free(k);
    else
        *out = k;
    return rc;
}

/* ---- in memory ------------------------------------------------------------------- */

/* Under mu: one reference more, and to the front. */
static kept *find(q_comprehend *c, q_str sha256)
{
    for (size_t i = 0; i < c->n; i++)
        if (q_str_is(sha256, c->v[i]->sha256)) {
            kept *k = c->v[i];

            memmove(c->v + 1, c->v, i * sizeof *c->v);
            c->v[0] = k;
            k->refs++;
            return k;
        }
    return NULL;
}

/* The caller's reference is another; *gone is to be freed. */
static kept *keep(q_comprehend *c, kept *k, kept **gone)
{
    kept *there;

    *gone = NULL;
    pthread_mutex_lock(&c->mu);
    there = find(c, q_str_of(k->sha256));
    if (there) { /* another was faster */
        *gone = k;
        k = there;
    } else {
        if (c->n == KEPT) {
            kept *last = c->v[--c->n];

            *gone = --last->refs ? NULL : last;
        }
        memmove(c->v + 1, c->v, c->n * sizeof *c->v);
        c->v[0] = k;
        c->n++;
        k->refs++;
    }
    pthread_mutex_unlock(&c->mu);
    return k;
}

q_code comprehend__model_get(q_app *app, const comprehend_model_kind *kind, q_str key,
                             comprehend_model **out, q_err *err)
{
    q_arena *a = q_arena_new((size_t)8 * COMPREHEND_DOC);
    q_value *doc = NULL;
    kept *k = NULL, *gone = NULL;
    q_code rc =
        a ? comprehend__load(app->catalog, kind->space, key, a, &doc, NULL, err) : q_err_nomem(err);
    q_str status = q_value_str(doc, Q_STR("Status"), Q_STR(""));

    if (!rc && !q_str_is(status, "TRAINED"))
        rc = q_err_set(err, Q_INVALID, "%s %.*s is %.*s; only one that is TRAINED can be used",
                       kind->noun, Q_ARG(key), Q_ARG(status));
    if (!rc) {
        pthread_mutex_lock(&app->comprehend->mu);
        k = find(app->comprehend,
                 q_value_str(q_value_get(doc, Q_STR("Model")), Q_STR("Sha256"), Q_STR("")));
        pthread_mutex_unlock(&app->comprehend->mu);
    }
    if (!rc && !k) {
        rc = load(app, kind, key, doc, &k, err);
        if (!rc)
            k = keep(app->comprehend, k, &gone);
        kept_free(gone);
    }
    q_arena_free(a);
    if (!rc)
        *out = &k->model;
    return rc;
}

void comprehend__model_unref(q_app *app, comprehend_model *m)
{
    kept *k = (kept *)m;
    bool last;

    if (!k)
        return;
    pthread_mutex_lock(&app->comprehend->mu);
    last = --k->refs == 0;
    pthread_mutex_unlock(&app->comprehend->mu);
    if (last)
        kept_free(k);
}
