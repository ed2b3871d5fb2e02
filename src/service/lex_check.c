#include "service/lex_check.h"

#include <stdlib.h>

typedef struct utterance {
    q_str text;
    const q_intent *intent;
} utterance;

/* By text without case, then by where it stands, so that messages are the same every time. */
static int by_text(const void *a, const void *b)
{
    const utterance *x = a, *y = b;
    size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)q_to_lower(x->text.p[i]);
        unsigned char d = (unsigned char)q_to_lower(y->text.p[i]);

        if (c != d)
            return c < d ? -1 : 1;
    }
    if (x->text.n != y->text.n)
        return x->text.n < y->text.n ? -1 : 1;
    return x->intent < y->intent ? -1 : x->intent > y->intent;
}

static bool has_context(const q_intent *i, q_str name)
{
    for (size_t k = 0; k < i->input_context_count; k++)
        if (q_str_eq(i->input_contexts[k], name))
            return true;
    return false;
}

static bool same_contexts(const q_intent *a, const q_intent *b)
{
    if (a->input_context_count != b->input_context_count)
        return false;
    for (size_t k = 0; k < a->input_context_count; k++)
        if (!has_context(b, a->input_contexts[k]))
            return false;
    return true;
}

void lex__clashes_check(lex_reader *r, const q_bot *b)
{
    size_t n = 0, total = 0;
    utterance *all;

    for (size_t i = 0; i < b->intent_count; i++)
        total += b->intents[i].utterance_count;
    all = lex__array(r, total, sizeof *all);
    if (!all || !total)
        return;
    for (size_t i = 0; i < b->intent_count; i++)
        for (size_t u = 0; u < b->intents[i].utterance_count; u++)
            all[n++] = (utterance){q_str_trim(b->intents[i].utterances[u]), &b->intents[i]};
    qsort(all, n, sizeof *all, by_text);
    for (size_t i = 1; i < n; i++) {
        const utterance *x = &all[i - 1], *y = &all[i];

        if (x->intent != y->intent && q_str_eq_nocase(x->text, y->text) &&
            same_contexts(x->intent, y->intent))
            lex__problem(r, false, "intents %.*s and %.*s have the same utterance: %.*s",
                         Q_ARG(x->intent->name), Q_ARG(y->intent->name),
                         Q_ARG(q_str_sub(y->text, 0, 80)));
    }
}
