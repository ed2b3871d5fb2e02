#include "document/recognise.h"

#include "document/page_build.h"
#include "document/ppocr.h"
#include "document/recognise_tesseract.h"

#include <leptonica/allheaders.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct q_recogniser {
    ppocr *ppocr; /* one of the two */
    tesseract *tesseract;
};

bool q_recogniser_named(q_str name, q_recogniser_kind *out)
{
    static const struct {
        const char *name;
        q_recogniser_kind kind;
    } known[] = {{"", Q_RECOGNISER_BEST},
                 {"best", Q_RECOGNISER_BEST},
                 {"ppocr", Q_RECOGNISER_PPOCR},
                 {"tesseract", Q_RECOGNISER_TESSERACT}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (q_str_is(name, known[i].name)) {
            *out = known[i].kind;
            return true;
        }
    return false;
}

/* ---- Where the models are ----------------------------------------------- */

static bool has_models(q_arena *a, q_str folder)
{
    q_str path = q_str_printf(a, "%.*s/rec.onnx", Q_ARG(folder));

    return path.p && access(path.p, R_OK) == 0;
}

/* The folder above the one that holds this program; empty when the system does not say. */
static q_str above_program(q_arena *a)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    q_str folder = {path, n > 0 && (size_t)n < sizeof path ? (size_t)n : 0};

    for (int i = 0; i < 2; i++) {
        while (folder.n && folder.p[folder.n - 1] != '/')
            folder.n--;
        folder.n -= folder.n > 0;
    }
    return q_str_copy(a, folder);
}

q_code q_recogniser_models(q_arena *a, q_str *folder, q_err *err)
{
    const char *set = getenv("QUERN_MODELS");
    q_str above = above_program(a), places[4];
    size_t n = 0;

    if (set && *set) {
        places[n++] = q_str_of(set);
    } else {
        places[n++] = q_str_printf(a, "%.*s/share/quern/models", Q_ARG(above));
        places[n++] = q_str_printf(a, "%.*s/build-models", Q_ARG(above));
        places[n++] = Q_STR("/usr/local/share/quern/models");
        places[n++] = Q_STR("/usr/share/quern/models");
    }
    for (size_t i = 0; i < n; i++) {
        if (!places[i].p)
            return q_err_nomem(err);
        if (has_models(a, places[i])) {
            *folder = places[i];
            return Q_OK;
        }
    }
    if (n == 1)
        return q_err_set(err, Q_NOTFOUND, "the recogniser's models are not in %s (QUERN_MODELS)",
                         set);
    return q_err_set(err, Q_NOTFOUND,
                     "the recogniser's models are not installed (script/bootstrap fetches them); "
                     "looked in %.*s, %.*s and /usr/share/quern/models",
                     Q_ARG(places[0]), Q_ARG(places[1]));
}

/* ---- The recogniser ----------------------------------------------------- */

static q_code open_ppocr(q_recogniser *r, q_err *err)
{
    q_arena *a = q_arena_new(1 << 16);
    q_str folder;
    q_code rc = a ? q_recogniser_models(a, &folder, err) : q_err_nomem(err);

    if (!rc)
        rc = ppocr__new(folder.p, &r->ppocr, err);
    q_arena_free(a);
    return rc;
}

q_code q_recogniser_new(q_recogniser_kind kind, q_recogniser **out, q_err *err)
{
    q_recogniser *r = calloc(1, sizeof *r);
    q_code rc = Q_NOTFOUND;

    if (!r)
        return q_err_nomem(err);
    if (kind != Q_RECOGNISER_TESSERACT)
        rc = open_ppocr(r, err);
    /* Models that are there and do not open are a fault to be told of. */
    if (rc == Q_NOTFOUND && kind != Q_RECOGNISER_PPOCR)
        rc = tesseract__new(&r->tesseract, err);
    if (rc) {
        q_recogniser_free(r);
        return rc;
    }
    *out = r;
    return Q_OK;
}

void q_recogniser_free(q_recogniser *r)
{
    if (!r)
        return;
    ppocr__free(r->ppocr);
    tesseract__free(r->tesseract);
    free(r);
}

const char *q_recogniser_name(const q_recogniser *r)
{
    return r->ppocr ? "ppocr" : "tesseract";
}

q_code q_recogniser_threads(q_recogniser *r, size_t threads, q_err *err)
{
    return r->ppocr ? ppocr__threads(r->ppocr, threads, err) : Q_OK;
}

q_code recognise__picture(q_recogniser *r, PIX *picture, int dpi, page__words *words,
                          page__frame *frame, q_err *err)
{
    if (r->ppocr)
        return ppocr__picture(r->ppocr, picture, words, frame, err);
    return tesseract__picture(r->tesseract, picture, dpi, words, frame, err);
}
