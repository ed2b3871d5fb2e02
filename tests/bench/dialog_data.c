#include "bench/dialog_data.h"

#include "base/buf.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 26, PATH_BYTES = 4096 };

static void *need(void *p)
{
    if (p)
        return p;
    fprintf(stderr, "bench_dialog: out of memory\n");
    exit(1);
}

static void *list(q_arena *a, size_t n, size_t size)
{
    return need(q_arena_array(a, n, size));
}

static void path_of(const char *dir, const char *name, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s", dir, name);
}

bool rows_exist(const char *dir, const char *name)
{
    char path[PATH_BYTES];

    path_of(dir, name, path);
    return access(path, R_OK) == 0;
}

/* Tags go word by word with the text, whose words have one blank between. */
static void spans_read(row *r, q_str tags, q_arena *a)
{
    size_t at = 0;
    bool inside = false;
    q_str tag;

    r->spans = list(a, tags.n + 1, sizeof *r->spans);
    while (tags.n) {
        q_str word, left = q_str_sub(r->text, at, r->text.n);

        q_str_cut(tags, ' ', &tag, &tags);
        q_str_cut(left, ' ', &word, &left);
        if (tag.n > 2) {
            q_str slot = q_str_sub(tag, 2, tag.n);
            span *last = r->span_count ? &r->spans[r->span_count - 1] : NULL;

            if (tag.p[0] == 'I' && inside && last && q_str_eq(last->slot, slot))
                last->end = at + word.n;
            else
                r->spans[r->span_count++] = (span){slot, at, at + word.n};
        }
        inside = tag.n > 2;
        at += word.n + 1;
    }
}

rows rows_read(const char *dir, const char *name, q_arena *a)
{
    char path[PATH_BYTES];
    q_str all, line;
    rows r = {0};
    q_err err;

    path_of(dir, name, path);
    if (q_file_read(a, path, FILE_MAX, &all, &err)) {
        fprintf(stderr, "bench_dialog: %s\n", err.msg);
        exit(1);
    }
    r.v = list(a, all.n / 4 + 1, sizeof *r.v);
    while (all.n) {
        row *to = &r.v[r.n];
        q_str rest;

        q_str_cut(all, '\n', &line, &all);
        if (!q_str_cut(line, '\t', &to->intent, &rest))
            continue;
        if (q_str_cut(rest, '\t', &to->text, &rest))
            spans_read(to, rest, a);
        r.n++;
    }
    return r;
}

rows rows_where(const rows *r, q_str intent, bool same, q_arena *a)
{
    rows out = {list(a, r->n, sizeof *out.v), 0};

    for (size_t i = 0; i < r->n; i++)
        if (q_str_eq(r->v[i].intent, intent) == same)
            out.v[out.n++] = r->v[i];
    return out;
}

size_t row_fold(const row *r, size_t folds)
{
    uint64_t h = 0xCBF29CE484222325ULL;

    for (size_t i = 0; i < r->text.n; i++)
        h = (h ^ (unsigned char)r->text.p[i]) * 0x100000001B3ULL;
    return (size_t)((h >> 32) % folds);
}

/* The slot's own type: what two intents call the same may have other values. */
static q_slot_type *type_of(q_bot *b, const q_intent *intent, q_str slot, q_arena *a)
{
    q_str name = q_str_printf(a, "%.*s_%.*s", Q_ARG(intent->name), Q_ARG(slot));

    for (size_t t = 0; t < b->slot_type_count; t++)
        if (q_str_eq(b->slot_types[t].name, name))
            return &b->slot_types[t];
    b->slot_types[b->slot_type_count].name = name;
    return &b->slot_types[b->slot_type_count++];
}

static void value_note(q_slot_type *t, q_str value, q_arena *a)
{
    for (size_t v = 0; v < t->value_count; v++)
        if (q_str_eq(t->values[v].value, value))
            return;
    if (!(t->value_count & (t->value_count + 1))) { /* full at 2^n - 1 */
        q_slot_value *more = list(a, 2 * t->value_count + 1, sizeof *more);

        if (t->value_count)
            memcpy(more, t->values, t->value_count * sizeof *more);
        t->values = more;
    }
    t->values[t->value_count++].value = value;
}

static void slot_note(q_bot *b, q_intent *i, q_str name, q_arena *a)
{
    if (q_intent_slot(i, name))
        return;
    i->slots[i->slot_count++] =
        (q_slot){.name = name, .kind = Q_SLOT_CUSTOM, .type = type_of(b, i, name, a)};
}

static q_str with_places(q_bot *b, q_intent *intent, const row *r, q_arena *a)
{
    q_buf text = q_buf_init(a, FILE_MAX);
    q_str out;
    size_t at = 0;

    for (size_t s = 0; s < r->span_count; s++) {
        const span *v = &r->spans[s];

        slot_note(b, intent, v->slot, a);
        value_note(type_of(b, intent, v->slot, a), q_str_sub(r->text, v->begin, v->end - v->begin),
                   a);
        q_buf_put(&text, q_str_sub(r->text, at, v->begin - at));
        q_buf_printf(&text, "{%.*s}", Q_ARG(v->slot));
        at = v->end;
    }
    q_buf_put(&text, q_str_sub(r->text, at, r->text.n));
    if (q_buf_finish(&text, &out, NULL))
        need(NULL);
    return out;
}

static q_bot *bot_made(const rows *r, bool slots, q_arena *a)
{
    q_bot *b = list(a, 1, sizeof *b);

    b->name = Q_STR("Bench");
    b->intents = list(a, r->n, sizeof *b->intents);
    b->slot_types = list(a, 256, sizeof *b->slot_types);
    for (size_t k = 0; k < r->n; k++) {
        q_intent *i = (q_intent *)q_bot_intent(b, r->v[k].intent);

        if (!i) {
            i = &b->intents[b->intent_count++];
            i->name = r->v[k].intent;
            i->utterances = list(a, r->n, sizeof *i->utterances);
            i->slots = list(a, 256, sizeof *i->slots);
        }
        i->utterances[i->utterance_count++] = slots ? with_places(b, i, &r->v[k], a) : r->v[k].text;
    }
    return b;
}

const q_bot *bot_of(const rows *r, q_arena *a)
{
    return bot_made(r, false, a);
}

const q_bot *bot_with_slots(const rows *r, q_arena *a)
{
    return bot_made(r, true, a);
}

void spans_count(const row *r, const q_guess *g, size_t *correct, size_t *found)
{
    for (size_t s = 0; s < g->intent->slot_count; s++) {
        size_t begin;

        if (!g->said[s].p)
            continue;
        begin = (size_t)(g->said[s].p - r->text.p);
        ++*found;
        for (size_t k = 0; k < r->span_count; k++)
            *correct += r->spans[k].begin == begin && r->spans[k].end == begin + g->said[s].n &&
                        q_str_eq(r->spans[k].slot, g->intent->slots[s].name);
    }
}
