#include "language/gazetteer.h"

#include "language/gazetteer_names.h"

#include <string.h>

enum { NAME_TOKENS = 9, NAME_BYTES = 64 };

static const char *find(q_str phrase)
{
    size_t low = 0, high = sizeof NAMES / sizeof NAMES[0];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = q_str_cmp(phrase, q_str_of(NAMES[middle].name));

        if (!order)
            return NAMES[middle].kinds;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return "";
}

const char *q_gazetteer_word(q_str lower)
{
    return find(lower);
}

const char *q_gazetteer_at(const q_tokens *t, size_t i, size_t *tokens)
{
    char phrase[NAME_BYTES];
    size_t n = 0;
    const char *best = "";

    *tokens = 0;
    for (size_t k = i; k < t->n && k - i < NAME_TOKENS; k++) {
        q_str w = t->v[k].lower;
        const char *kinds;

        if (!w.n || n + w.n + 1 > sizeof phrase || (k > i && t->v[k].line))
            break;
        if (k > i && t->v[k].space)
            phrase[n++] = ' ';
        memcpy(phrase + n, w.p, w.n);
        n += w.n;
        kinds = find((q_str){phrase, n});
        if (*kinds) {
            best = kinds;
            *tokens = k + 1 - i;
        }
    }
    return best;
}
