/* What tells parts of speech. */
#include "language/feature.h"

static const word NOTHING = {.lower = 1, .cased = 1, .shape = 1};

enum { CLASSES = NAMES_NOUN | NAMES_VERB | NAMES_ADJECTIVE | NAMES_ADVERB };

static const word *at(const word *w, size_t begin, size_t end, size_t i, int by)
{
    size_t k = i + (size_t)by;

    return k >= begin && k < end ? &w[k] : &NOTHING;
}

static void put_word(features *f, const word *w)
{
    features__put(f, 102, w->cased);
    features__put(f, 103, w->shape);
    for (size_t k = 0; k < WORD_PREFIXES; k++)
        if (w->prefix[k])
            features__put(f, 104 + (uint32_t)k, w->prefix[k]);
    for (size_t k = 0; k < WORD_SUFFIXES; k++)
        if (w->suffix[k])
            features__put(f, 108 + (uint32_t)k, w->suffix[k]);
    features__put(f, 112, features__pair(w->kinds, w->capitals));
    features__put(f, 113, features__pair(w->kinds & CLASSES, w->suffix[1]));
    features__put(f, 114, w->cluster);
    features__put(f, 115, w->cluster & 63);
    features__put(f, 116, w->cluster & 1023);
    features__put(f, 117, features__pair(w->capitals, w->shape));
}

bool features__syntax(features *f, const q_tokens *t, const word *w, size_t begin, size_t end)
{
    f->n = 0;
    for (size_t i = begin; i < end; i++) {
        const word *here = &w[i], *l = at(w, begin, end, i, -1), *r = at(w, begin, end, i, 1),
                   *l2 = at(w, begin, end, i, -2), *r2 = at(w, begin, end, i, 2);

        f->starts[i - begin] = (uint32_t)f->n;
        features__put(f, 100, 0);
        features__put(f, 101, here->lower);
        put_word(f, here);
        features__put(f, 120, l->lower);
        features__put(f, 121, r->lower);
        features__put(f, 122, l2->lower);
        features__put(f, 123, r2->lower);
        features__put(f, 124, features__pair(l->lower, here->lower));
        features__put(f, 125, features__pair(here->lower, r->lower));
        features__put(f, 126, features__pair(l->cluster, here->cluster));
        features__put(f, 127, features__pair(here->cluster, r->cluster));
        features__put(f, 128, features__pair(l->cluster & 1023, r->cluster & 1023));
        features__put(f, 129, features__pair(l->suffix[2], here->suffix[2]));
        features__put(f, 130, r->suffix[1]);
        features__put(f, 131, features__pair(l->kinds & CLASSES, here->kinds & CLASSES));
        features__put(f, 132, features__pair(here->kinds & CLASSES, r->kinds & CLASSES));
        features__put(f, 133, l->cluster);
        features__put(f, 134, r->cluster);
        features__put(f, 135, features__pair(l2->cluster & 1023, l->cluster & 1023));
        features__put(f, 136, features__pair(r->cluster & 1023, r2->cluster & 1023));
        features__put(
            f, 137,
            features__pair(here->lower, features__pair(l->cluster & 1023, r->cluster & 1023)));
        if (i == begin || t->v[i].sentence)
            features__put(f, 140, here->shape);
    }
    f->starts[end - begin] = (uint32_t)f->n;
    return true;
}
