#include "document/form_pair.h"

#include "document/form_grid.h"
#include "document/form_tick.h"
#include "document/form_words.h"

#include <math.h>
#include <stdlib.h>

static const float least_score = 0.25F;
static const float least_below =
    0.45F;                            /* with no colon: what is under a title is mostly no value */
static const float sure_score = 0.5F; /* such a value has its further lines before others choose */

/* Work: what a piece has become. */
typedef enum role { FREE, KEY, VALUE, INSIDE } role;

typedef struct pairing {
    const form_sheet *s;
    form_links *out;
    role *roles;
    int *key_of;      /* of each value */
    form_link *tries; /* candidates */
    size_t try_count;
} pairing;

/* 0..1: may it be what a key asks for? */
static double value_likeness(const form_piece *v)
{
    double like;

    if (v->bare || (v->colon && v->label > 0.35F))
        return 0;
    like = v->label > 0.75F ? 0.15 : 1 - 0.8 * (double)v->label;
    if (v->prose)
        like = fmax(like, 0.8);
    if (v->underlined && !v->colon && !v->blank_behind)
        like = fmax(like, 0.7);
    if (v->blank_behind && !v->underlined && !v->number)
        like *= 0.4;
    return like;
}

/* A line to write on behind it makes a key, unless it stands on that line behind another. */
static double key_likeness(const form_sheet *s, const form_piece *k)
{
    const form_piece *before = k->left == FORM_NONE ? NULL : &s->pieces[k->left];
    double like = (double)k->key;

    if (k->prose && !k->colon && !k->blank_behind)
        return 0;
    if (before && !k->colon && k->label < 0.4F && k->x0 - before->x1 < 12 * s->em &&
        (before->colon || before->label > 0.5F))
        return like * 0.6;
    return k->blank_behind && !k->number ? fmax(like, 0.65) : like;
}

/* Boxes hold a key and its value, or one of them. */
static double cell_factor(const form_piece *k, const form_piece *v)
{
    if (k->cell == FORM_NONE || v->cell == FORM_NONE)
        return 1;
    return k->cell == v->cell ? 1.25 : 0.8;
}

static double right_score(const form_sheet *s, const form_piece *k, const form_piece *v)
{
    double gap = (v->x0 - k->x1) / s->em;
    double near = gap < 1.5 ? 1 : fmax(0.25, 1 - 0.045 * (gap - 1.5));

    if (k->blank_behind || v->underlined)
        near = fmax(near, 0.9);
    if (k->ruled_off_right)
        near *= 0.85;
    return key_likeness(s, k) * value_likeness(v) * near * cell_factor(k, v);
}

static bool has_value_behind(const form_sheet *s, const form_piece *k)
{
    return k->right != FORM_NONE && !k->ruled_off_right && !s->pieces[k->right].colon &&
           s->pieces[k->right].x0 - k->x1 < 25 * s->em;
}

static double below_score(const form_sheet *s, const form_piece *k, const form_piece *v)
{
    double gap = (v->y0 - k->y1) / s->em, aside = fabs(v->x0 - k->x0) / s->em;
    double near = gap < 0.5 ? 0.8 : 0.8 * exp(-(gap - 0.5) / 4);

    if (aside > 1.5 && fabs(v->x0 + v->x1 - k->x0 - k->x1) / s->em > 3)
        near *= 0.75;
    if (k->ruled_off_below)
        near *= 0.8;
    if (k->blank_behind)
        near *= 0.4;
    if (!k->colon && k->label < 0.45F && (k->cell == FORM_NONE || k->cell != v->cell))
        near *= 0.5;
    if (aside < 0.7 && has_value_behind(s, k) && has_value_behind(s, v))
        near *= 0.4; /* keys among each other */
    if (!has_value_behind(s, k) && has_value_behind(s, v) &&
        (!v->number || s->pieces[v->right].number))
        near *= s->pieces[v->right].number ? 0.25 : 0.6; /* the head of a section */
    return key_likeness(s, k) * value_likeness(v) * near * cell_factor(k, v);
}

/* Each line of its value is a person of its own. */
static bool lists_people(const form_sheet *s, const form_piece *k)
{
    return form__people_word(form__word(s, k->first));
}

static void try_add(pairing *w, int key, int value, double score)
{
    if (score >= least_score && lists_people(w->s, &w->s->pieces[key]))
        score = fmax(score, 0.55); /* before its people are paired with each other */
    if (score >= least_score)
        w->tries[w->try_count++] =
            (form_link){key, value, FORM_NONE, false, (float)fmin(score, 0.99)};
}

/* What is written on the line behind a key may stand a good deal higher than the key. */
static int raised_value(const form_sheet *s, const form_piece *k)
{
    double nearest = 12 * s->em;
    int found = FORM_NONE;

    if ((!k->colon && !k->blank_behind) || k->number)
        return FORM_NONE;
    if (k->right != FORM_NONE && s->pieces[k->right].x0 - k->x1 < nearest)
        nearest = s->pieces[k->right].x0 - k->x1;
    for (size_t i = 0; i < s->count; i++) {
        const form_piece *o = &s->pieces[i];

        if (o->x0 > k->x1 && o->x0 - k->x1 < nearest && o->y1 > k->y0 - 0.6 * s->em &&
            o->y1 < k->y1 && o->y0 < k->y0 && !o->colon) {
            nearest = o->x0 - k->x1;
            found = (int)i;
        }
    }
    return found;
}

/* In a box of few pieces, what is next under its first one. */
static int value_in_box(const form_sheet *s, size_t key)
{
    const form_piece *k = &s->pieces[key];
    int found = FORM_NONE;
    size_t n = 0;

    if (k->cell == FORM_NONE)
        return FORM_NONE;
    for (size_t i = 0; i < s->count; i++) {
        const form_piece *o = &s->pieces[i];

        if (o->cell != k->cell || i == key)
            continue;
        if (o->y0 < k->y0 - 0.3 * s->em || ++n > 4)
            return FORM_NONE;
        if (found == FORM_NONE || o->y0 < s->pieces[found].y0)
            found = (int)i;
    }
    return found;
}

static void try_below(pairing *w, int key, int value)
{
    const form_piece *k = &w->s->pieces[key];
    double score = below_score(w->s, k, &w->s->pieces[value]);

    if (k->colon || score >= (double)least_below)
        try_add(w, key, value, score);
}

static void tries_find(pairing *w)
{
    const form_sheet *s = w->s;

    for (size_t i = 0; i < s->count; i++) {
        const form_piece *k = &s->pieces[i];
        int value;

        if (k->right != FORM_NONE)
            try_add(w, (int)i, k->right, right_score(s, k, &s->pieces[k->right]));
        value = raised_value(s, k);
        if (value != FORM_NONE && value != k->right)
            try_add(w, (int)i, value, 0.7 * right_score(s, k, &s->pieces[value]));
        value = value_in_box(s, i);
        if (value != FORM_NONE && value != k->right && value != k->below)
            try_add(w, (int)i, value, 0.9 * below_score(s, k, &s->pieces[value]));
        if (k->below != FORM_NONE)
            try_below(w, (int)i, k->below);
    }
}

static int by_score(const void *a, const void *b)
{
    const form_link *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static void accept(pairing *w, form_link l)
{
    w->out->items[w->out->count++] = l;
    w->roles[l.key] = KEY;
    if (l.value == FORM_NONE)
        return;
    w->roles[l.value] = VALUE;
    w->key_of[l.value] = l.key;
}

/* The best pairs first; a key has one value, a value one key. */
static void choose(pairing *w, float least)
{
    for (size_t i = 0; i < w->try_count; i++) {
        form_link l = w->tries[i];

        if (l.score >= least && w->roles[l.key] == FREE && w->roles[l.value] == FREE)
            accept(w, l);
    }
}

/* Boxes to tick: each with its label, and the question with what is ticked. */
static q_code choices_take(pairing *w, q_err *err)
{
    form_choices c;
    q_code rc = form__choices_find(w->s, &c, err);

    for (size_t i = 0; i < c.count && !rc; i++) {
        form_choice *o = &c.items[i];
        const q_tick *tick = &w->s->page->marks.ticks[o->tick];
        float score = tick->confidence / 100;

        if (w->roles[o->label] == FREE)
            accept(w, (form_link){o->label, FORM_NONE, (int)o->tick, false, score});
        if (o->question != FORM_NONE && tick->selected && o->question != o->label)
            accept(w, (form_link){o->question, o->label, FORM_NONE, false, score * 0.9F});
    }
    return rc;
}

static void cells_take(pairing *w, const form_grid *g)
{
    int last = FORM_NONE; /* a cell's two heads come one behind the other */

    for (size_t i = 0; i < g->count; i++) {
        form_link l = {g->cells[i].head, g->cells[i].value, FORM_NONE, true, 0.5F};

        if (w->roles[l.value] != FREE && l.value != last)
            continue;
        if (w->roles[l.key] != FREE && w->roles[l.key] != KEY)
            continue;
        accept(w, l);
        last = l.value;
        for (int k = w->out->next[l.key]; k != FORM_NONE; k = w->out->next[k])
            w->roles[k] = INSIDE;
        for (int v = w->out->next[l.value]; v != FORM_NONE; v = w->out->next[v])
            w->roles[v] = INSIDE;
    }
}

/* Those of cells that were not taken: a piece that is free is in no chain. */
static void chains_forget(pairing *w)
{
    int *next = w->out->next;

    for (size_t i = 0; i < w->s->count; i++)
        if (w->roles[i] == FREE || (next[i] != FORM_NONE && w->roles[next[i]] == FREE))
            next[i] = FORM_NONE;
}

static q_code grids_take(pairing *w, q_err *err)
{
    form_grid g;
    q_code rc = form__tables_find(w->s, w->out->next, &g, err);

    if (rc)
        return rc;
    cells_take(w, &g);
    chains_forget(w);
    rc = form__grid_find(w->s, w->out->next, &g, err);
    if (rc)
        return rc;
    cells_take(w, &g);
    chains_forget(w);
    return Q_OK;
}

/* The line over a key becomes its first, for all that it is the key of. */
static void key_grow(pairing *w, int key, int above)
{
    w->out->next[above] = key;
    w->roles[key] = INSIDE;
    w->roles[above] = KEY;
    for (size_t i = 0; i < w->out->count; i++)
        if (w->out->items[i].key == key)
            w->out->items[i].key = above;
}

/* A head of several columns is no line of one column's own. */
static bool heads_others(const pairing *w, int above, int key)
{
    for (size_t i = 0; i < w->s->count; i++)
        if ((int)i != key && w->s->pieces[i].above == above && w->roles[i] == KEY &&
            w->s->pieces[i].y0 < w->s->pieces[key].y1)
            return true;
    return false;
}

/* Is what is over a key a line of it? */
static bool is_first_line(const pairing *w, const form_link *l)
{
    const form_sheet *s = w->s;
    const form_piece *k = &s->pieces[l->key], *o;

    if (l->tick != FORM_NONE || k->above == FORM_NONE || w->roles[k->above] != FREE ||
        lists_people(s, k) || heads_others(w, k->above, l->key))
        return false;
    o = &s->pieces[k->above];
    if (k->below != FORM_NONE && w->roles[k->below] == KEY &&
        fabs(s->pieces[k->below].x0 - k->x0) < 0.5 * s->em &&
        s->pieces[k->below].y0 - k->y1 < 0.8 * s->em)
        return false; /* one of a list under its head */
    if (o->colon || o->below != l->key || o->ruled_off_below || k->y0 - o->y1 > 0.45 * s->em ||
        o->x1 - o->x0 > 2.5 * (k->x1 - k->x0) + 2 * s->em)
        return false;
    if (l->cell && !o->number && fabs(o->x0 + o->x1 - k->x0 - k->x1) < 2 * s->em)
        return true; /* heads are centred, and may read like anything */
    return fabs(o->x0 - k->x0) <= s->em && (l->cell ? !o->number : o->key >= 0.2F);
}

/* Lines of a key over the last one: "Respondent / Incidence:". */
static void keys_extend(pairing *w)
{
    for (size_t i = 0; i < w->out->count; i++)
        for (size_t n = 0; n < 3 && is_first_line(w, &w->out->items[i]); n++)
            key_grow(w, w->out->items[i].key, w->s->pieces[w->out->items[i].key].above);
}

/* A note under a key: "This Change: / (From Current Budget)". */
static void notes_extend(pairing *w)
{
    const form_sheet *s = w->s;

    for (size_t i = 0; i < w->out->count; i++) {
        int at = w->out->items[i].key, note;

        while (w->out->next[at] != FORM_NONE)
            at = w->out->next[at];
        note = s->pieces[at].below;
        if (note == FORM_NONE || w->roles[note] != FREE || s->pieces[note].above != at ||
            form__word(s, s->pieces[note].first).p[0] != '(' ||
            s->pieces[note].y0 - s->pieces[at].y1 > 0.6 * s->em ||
            (fabs(s->pieces[note].x0 - s->pieces[at].x0) > 1.5 * s->em &&
             fabs(s->pieces[note].x0 + s->pieces[note].x1 - s->pieces[at].x0 - s->pieces[at].x1) >
                 2 * s->em))
            continue;
        w->out->next[at] = note;
        w->roles[note] = INSIDE;
    }
}

/* Does a key stand close before it? */
static bool belongs_to_key(const pairing *w, const form_piece *o)
{
    const form_piece *before = o->left == FORM_NONE ? NULL : &w->s->pieces[o->left];

    if (!before || o->ruled_off_left || o->x0 - before->x1 > 6 * w->s->em)
        return false;
    return w->roles[o->left] == KEY || before->colon || before->blank_behind ||
           before->label > 0.6F;
}

/* Does a line begin in the middle of a sentence: with a small letter, or in brackets? */
static bool goes_on(const form_sheet *s, const form_piece *p)
{
    char c = form__word(s, p->first).p[0];

    return (c >= 'a' && c <= 'z') || c == '(';
}

/* The line under a value that goes on with it. */
static int next_line(const pairing *w, int key, int value)
{
    const form_sheet *s = w->s;
    const form_piece *v = &s->pieces[value], *k = &s->pieces[key], *o;
    int next = v->below;
    bool lined, listed;

    if (next == FORM_NONE && k->below != FORM_NONE && s->pieces[k->below].y0 > v->y0)
        next = k->below; /* goes on under its key */
    if (next == FORM_NONE || w->roles[next] != FREE)
        return FORM_NONE;
    o = &s->pieces[next];
    lined = v->underlined && o->underlined && !o->blank_behind;
    if (goes_on(s, o) && !o->blank_behind && !v->number)
        lined = v->underlined || o->underlined; /* on a scan one of the lines may be missed */
    listed = k->colon && fabs(o->x0 - v->x0) < 0.5 * s->em && o->y0 - v->y1 < 0.5 * s->em &&
             !o->blank_behind && !has_value_behind(s, o);
    if (o->colon || (v->ruled_off_below && !lined) || (o->label > 0.6F && !o->prose && !listed) ||
        o->y0 - v->y1 > (lined ? 1.6 : 0.7) * s->em)
        return FORM_NONE;
    if (fabs(o->x0 - v->x0) > 1.2 * s->em && !lined &&
        fabs(o->x0 + o->x1 - v->x0 - v->x1) > 3 * s->em)
        return FORM_NONE;
    if (belongs_to_key(w, o) || (v->number && o->number))
        return FORM_NONE;
    return next;
}

static int next_in_row(const pairing *w, int value, double reach)
{
    const form_sheet *s = w->s;
    const form_piece *v = &s->pieces[value], *o;

    if (v->right == FORM_NONE || v->ruled_off_right)
        return FORM_NONE;
    o = &s->pieces[v->right];
    if (w->roles[v->right] != FREE || o->colon || o->x0 - v->x1 > reach * s->em || o->key > 0.6F)
        return FORM_NONE;
    return v->right;
}

static void values_extend(pairing *w)
{
    for (size_t i = 0; i < w->out->count; i++) {
        form_link *l = &w->out->items[i];
        int at = l->cell ? FORM_NONE : l->value;
        bool people = lists_people(w->s, &w->s->pieces[l->key]);

        for (size_t n = 0; n < 60 && at != FORM_NONE && w->out->next[at] == FORM_NONE; n++) {
            int next = next_in_row(w, at, people ? 14 : 2.5);

            if (next != FORM_NONE && people) {
                accept(w, (form_link){l->key, next, FORM_NONE, false, l->score}); /* see later */
                next = FORM_NONE;
            }
            if (next == FORM_NONE)
                next = next_line(w, l->key, at);
            if (next != FORM_NONE && people) {
                accept(w, (form_link){l->key, next, FORM_NONE, false, l->score});
                next = FORM_NONE;
            }
            if (next != FORM_NONE) {
                w->roles[next] = INSIDE;
                w->out->next[at] = next;
            }
            at = next;
        }
    }
}

/* Keys with a place to write and nothing on it. */
static void blanks_take(pairing *w)
{
    for (size_t i = 0; i < w->s->count; i++) {
        const form_piece *p = &w->s->pieces[i];

        if (w->roles[i] == FREE && p->blank_behind && !p->number && !p->underlined &&
            (p->colon || p->label >= 0.3F))
            accept(w, (form_link){(int)i, FORM_NONE, FORM_NONE, false, p->colon ? 0.8F : 0.5F});
    }
}

q_code form__links_find(const form_sheet *s, form_links *out, q_err *err)
{
    pairing w = {.s = s, .out = out};

    *out = (form_links){0};
    out->items = q_arena_array(s->arena, 3 * s->count + 2 * s->page->marks.tick_count + 1,
                               sizeof *out->items);
    out->next = q_arena_array(s->arena, s->count + 1, sizeof *out->next);
    w.roles = q_arena_array(s->arena, s->count + 1, sizeof *w.roles);
    w.key_of = q_arena_array(s->arena, s->count + 1, sizeof *w.key_of);
    w.tries = q_arena_array(s->arena, 4 * s->count + 1, sizeof *w.tries);
    if (!out->items || !out->next || !w.roles || !w.key_of || !w.tries)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->count; i++)
        out->next[i] = w.key_of[i] = FORM_NONE;
    tries_find(&w);
    if (choices_take(&w, err) || grids_take(&w, err))
        return Q_NOMEM;
    qsort(w.tries, w.try_count, sizeof *w.tries, by_score);
    choose(&w, sure_score);
    values_extend(&w);
    choose(&w, least_score);
    keys_extend(&w);
    notes_extend(&w);
    values_extend(&w);
    blanks_take(&w);
    return Q_OK;
}
