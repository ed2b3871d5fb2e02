/* A script that is brought up to date with what was said wants just that. */
#include "dialog/script.h"

#include <stdint.h>
#include <stdlib.h>

static q_str said[] = {Q_STR_INIT("a * b"), Q_STR_INIT(""), Q_STR_INIT("\\ *")};
static q_attribute slots[] = {{Q_STR_INIT("Size"), Q_STR_INIT("*")},
                              {Q_STR_INIT("Count"), {NULL, 0}}};
static q_attribute session[] = {{Q_STR_INIT("x"), Q_STR_INIT(" 1\n\t2 ")}};
static q_str contexts[] = {Q_STR_INIT("b"), Q_STR_INIT("a")};

static const q_outcome OUTCOMES[] = {
    {.said = said,
     .said_count = 3,
     .intent = Q_STR_INIT("Order"),
     .score = 0.8751,
     .state = Q_STR_INIT("ElicitSlot"),
     .asks = Q_STR_INIT("Size"),
     .slots = {slots, 2},
     .session = {session, 1},
     .contexts = contexts,
     .context_count = 2},
    {.score = -1, .state = Q_STR_INIT("ElicitIntent")},
    {.score = -1, .error = Q_STR_INIT("no\nluck")},
};

/* An outcome for every turn. */
static const q_outcome *outcomes_of(const q_script *s, q_arena *a)
{
    q_outcome *out;
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        n += s->v[i].turn_count;
    out = q_arena_array(a, n, sizeof *out);
    for (size_t i = 0; out && i < n; i++)
        out[i] = OUTCOMES[i % 3];
    return out;
}

static void agree(const q_script *s, const q_outcome *o, q_arena *a)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->v[i].turn_count; j++) {
            q_differences d = {0};

            if (q_script_check(&s->v[i].turns[j], o++, a, &d, NULL) || d.n)
                abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    const q_outcome *outcomes;
    q_script before, after;
    q_str text;
    q_err err;

    if (size > 1 << 14 || q_script_parse((q_str){(const char *)data, size}, a, &before, &err))
        goto done;
    outcomes = outcomes_of(&before, a);
    if (!outcomes || q_script_update(&before, outcomes, a, &text, &err))
        goto done;
    if (q_script_parse(text, a, &after, &err))
        abort();
    agree(&after, outcomes, a);
done:
    q_arena_free(a);
    return 0;
}
