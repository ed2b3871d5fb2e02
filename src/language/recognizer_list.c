/* Where the entries of an entity list stand in texts. */
#include "language/names.h"
#include "language/recognizer.h"

#include <stdlib.h>

enum { ENTRY_TOKENS = 16 };

/* An entry, or with `entry` SIZE_MAX the beginning of some. */
typedef struct slot {
    uint64_t hash; /* of its tokens in small letters; 0: empty */
    size_t entry;
} slot;

typedef struct table {
    slot *v;
    size_t slots;
} table;

static slot *slot_of(const table *t, uint64_t hash)
{
    size_t at = (size_t)(hash >> 20) & (t->slots - 1);

    while (t->v[at].hash && t->v[at].hash != hash)
        at = (at + 1) & (t->slots - 1);
    return &t->v[at];
}

static uint64_t extend(uint64_t h, const q_token *t, bool first)
{
    h = names__hash(first ? NAMES_START : names__join(h), t->lower.n ? t->lower : t->text);
    return h ? h : 1;
}

static q_code add(table *t, const q_listed *e, size_t number, q_err *err)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_tokens k;
    uint64_t h = 0;
    q_code rc = a ? q_tokens_of(e->text, a, &k, err) : q_err_nomem(err);

    for (size_t i = 0; !rc && i < k.n && k.n <= ENTRY_TOKENS; i++) {
        slot *s;

        h = extend(h, &k.v[i], i == 0);
        s = slot_of(t, h);
        if (!s->hash)
            *s = (slot){h, SIZE_MAX};
        if (i + 1 == k.n && s->entry == SIZE_MAX)
            s->entry = number;
    }
    q_arena_free(a);
    return rc;
}

static q_code table_make(const q_listed *list, size_t count, q_arena *a, table *t, q_err *err)
{
    size_t words = 16;
    q_code rc = Q_OK;

    for (size_t i = 0; i < count; i++)
        words += list[i].text.n < ENTRY_TOKENS ? list[i].text.n : ENTRY_TOKENS;
    for (t->slots = 16; t->slots < 2 * words;)
        t->slots *= 2;
    t->v = q_arena_array(a, t->slots, sizeof *t->v);
    if (!t->v)
        return q_err_nomem(err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add(t, &list[i], i, err);
    return rc;
}

/* The longest entry that starts at token i: its tokens, 0 without one. */
static size_t longest(const table *t, const q_tokens *k, size_t i, size_t *entry)
{
    uint64_t h = 0;
    size_t found = 0;

    for (size_t n = 0; n < ENTRY_TOKENS && i + n < k->n; n++) {
        const slot *s;

        h = extend(h, &k->v[i + n], n == 0);
        s = slot_of(t, h);
        if (!s->hash)
            break;
        if (s->entry != SIZE_MAX) {
            found = n + 1;
            *entry = s->entry;
        }
    }
    return found;
}

static q_code mark(const table *t, const q_listed *list, q_str text, q_arena *a, q_annotated *out,
                   q_err *err)
{
    q_span *spans = NULL;
    size_t cap = 0, n;
    q_tokens k;
    q_code rc = q_tokens_of(text, a, &k, err);

    *out = (q_annotated){.text = text};
    for (size_t i = 0; !rc && i < k.n; i += n ? n : 1) {
        size_t entry = 0;
        const q_token *first = &k.v[i], *last;

        n = longest(t, &k, i, &entry);
        if (!n)
            continue;
        if (q_arena_grow(a, &spans, &cap, out->span_count + 1, sizeof *spans))
            return q_err_nomem(err);
        last = &k.v[i + n - 1];
        spans[out->span_count++] =
            (q_span){first->point, last->point + last->points - first->point, list[entry].type};
    }
    out->spans = spans;
    return rc;
}

q_code q_recognizer_mark(const q_listed *list, size_t list_count, const q_str *texts, size_t count,
                         q_arena *a, q_annotated **out, q_err *err)
{
    table t = {0};
    q_annotated *v = q_arena_array(a, count, sizeof *v);
    q_code rc = v ? table_make(list, list_count, a, &t, err) : q_err_nomem(err);

    for (size_t i = 0; i < count && !rc; i++)
        rc = mark(&t, list, texts[i], a, &v[i], err);
    if (!rc)
        *out = v;
    return rc;
}
