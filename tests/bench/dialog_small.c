#include "bench/dialog_small.h"

#include <stdio.h>
#include <stdlib.h>

enum { BOTS = 200, INTENTS_MAX = 5, ASKED = 20, NAMES_MAX = 256, MAX_BYTES = 1 << 28 };

/* What bots of so many intents made of what they were asked. */
typedef struct tally {
    size_t in, right, missed, out, found;
} tally;

typedef struct draw {
    uint64_t state;
    const rows *all;
    q_str names[NAMES_MAX];
    size_t name_count;
} draw;

/* Marsaglia's xorshift. */
static size_t below(draw *d, size_t n)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (size_t)((d->state >> 11) % n);
}

static bool is_among(const q_str *names, size_t n, q_str name)
{
    for (size_t i = 0; i < n; i++)
        if (q_str_eq(names[i], name))
            return true;
    return false;
}

static void ask(const q_model *m, const row *r, bool in, tally *t)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    q_understood u;
    q_err err;
    bool taken;

    if (q_understand(m, r->text, NULL, 0, 0, a, &u, &err)) {
        fprintf(stderr, "bench_dialog: understanding: %s\n", err.msg);
        exit(1);
    }
    taken = u.count && u.out_of_scope < 0.5;
    t->in += in;
    t->missed += in && !taken;
    t->right += in && taken && q_str_eq(u.guesses[0].intent->name, r->intent);
    t->out += !in;
    t->found += !in && !taken;
    q_arena_free(a);
}

static void shuffle(draw *d, rows *r)
{
    for (size_t i = r->n; i > 1; i--) {
        size_t k = below(d, i);
        row last = r->v[i - 1];

        r->v[i - 1] = r->v[k];
        r->v[k] = last;
    }
}

/* A bot of these intents, so many utterances each; others of them and of the
 * other intents are asked.
 */
static void run(draw *d, const q_str *names, size_t intents, size_t utterances, tally *t)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    rows kept = {q_arena_array(a, d->all->n, sizeof *kept.v), 0}, held = kept;
    q_model *m;
    q_err err;

    held.v = q_arena_array(a, d->all->n, sizeof *held.v);
    for (size_t i = 0; i < intents; i++) {
        rows own = rows_where(d->all, names[i], true, a);

        shuffle(d, &own);
        for (size_t k = 0; k < own.n && k < utterances + ASKED / intents; k++) {
            rows *to = k < utterances ? &kept : &held;

            to->v[to->n++] = own.v[k];
        }
    }
    if (q_model_learn(bot_of(&kept, a), &m, &err)) {
        fprintf(stderr, "bench_dialog: learning: %s\n", err.msg);
        exit(1);
    }
    for (size_t i = 0; i < held.n; i++)
        ask(m, &held.v[i], true, t);
    for (size_t i = 0; i < ASKED;) {
        const row *r = &d->all->v[below(d, d->all->n)];

        if (is_among(names, intents, r->intent))
            continue;
        ask(m, r, false, t);
        i++;
    }
    q_model_free(m);
    q_arena_free(a);
}

static void name_intents(draw *d)
{
    for (size_t i = 0; i < d->all->n && d->name_count < NAMES_MAX; i++) {
        q_str name = d->all->v[i].intent;

        if (!q_str_is(name, "oos") && !is_among(d->names, d->name_count, name))
            d->names[d->name_count++] = name;
    }
}

void small_bots(const char *dir)
{
    static const size_t UTTERANCES[] = {1, 2, 3, 4, 6, 8, 12, 20, 50};
    q_arena *a = q_arena_new(MAX_BYTES);
    rows all = rows_read(dir, "clinc150.train.tsv", a);
    draw d = {.state = 88172645463325252U, .all = &all};
    tally t[INTENTS_MAX + 1] = {0};

    name_intents(&d);
    for (size_t b = 0; b < BOTS; b++) {
        size_t intents = 1 + b % INTENTS_MAX;
        q_str names[INTENTS_MAX];

        for (size_t i = 0; i < intents;) {
            names[i] = d.names[below(&d, d.name_count)];
            i += !is_among(names, i, names[i]);
        }
        run(&d, names, intents, UTTERANCES[below(&d, sizeof UTTERANCES / sizeof UTTERANCES[0])],
            &t[intents]);
    }
    printf("\n| intents | in-scope right | in-scope taken for out | out-of-scope found |\n"
           "| --- | --- | --- | --- |\n");
    for (size_t k = 1; k <= INTENTS_MAX; k++)
        printf("| %zu | %.3f | %.3f | %.3f |\n", k, (double)t[k].right / (double)t[k].in,
               (double)t[k].missed / (double)t[k].in, (double)t[k].found / (double)t[k].out);
    q_arena_free(a);
}
