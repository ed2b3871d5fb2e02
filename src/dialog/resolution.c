/* What a slot's value was in the user's words, and what else they may mean. */
#include "dialog/turn.h"

enum { RESOLUTIONS_MAX = 5 };

/* Where `words` stands in the text, ASCII case aside and not inside a word. */
static q_str find_words(q_str text, q_str words)
{
    for (size_t i = 0; words.n && i + words.n <= text.n; i++) {
        q_str here = q_str_sub(text, i, words.n);
        bool begins = i == 0 || !q_is_alnum(text.p[i - 1]) || !q_is_alnum(here.p[0]);
        bool ends = i + words.n == text.n || !q_is_alnum(text.p[i + words.n]) ||
                    !q_is_alnum(here.p[here.n - 1]);

        if (begins && ends && q_str_eq_nocase(here, words))
            return here;
    }
    return (q_str){0};
}

q_str q_slot_said(const q_slot *slot, q_str value, q_str text)
{
    q_str found = find_words(text, value);

    for (size_t v = 0; !found.p && slot->type && v < slot->type->value_count; v++) {
        const q_slot_value *listed = &slot->type->values[v];

        if (!q_str_eq_nocase(listed->value, value))
            continue;
        for (size_t s = 0; !found.p && s < listed->synonym_count; s++)
            found = find_words(text, listed->synonyms[s]);
    }
    return found;
}

static bool means(const q_slot_value *listed, q_str words)
{
    if (!words.p)
        return false;
    if (q_str_eq_nocase(listed->value, words))
        return true;
    for (size_t i = 0; i < listed->synonym_count; i++)
        if (q_str_eq_nocase(listed->synonyms[i], words))
            return true;
    return false;
}

q_code q_slot_resolutions(const q_slot *slot, const q_filled *filled, q_arena *a, q_str **out,
                          size_t *count, q_err *err)
{
    *count = 0;
    *out = q_arena_array(a, RESOLUTIONS_MAX, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    if (!slot->type) {
        if (filled->value.p)
            (*out)[(*count)++] = filled->value;
        return Q_OK;
    }
    for (size_t v = 0; v < slot->type->value_count && *count < RESOLUTIONS_MAX; v++)
        if (means(&slot->type->values[v], filled->value) ||
            means(&slot->type->values[v], filled->original))
            (*out)[(*count)++] = slot->type->values[v].value;
    return Q_OK;
}
