#include "document/form_tick.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_TICKS = 500 };

static const double reach = 4; /* a label is that many heights of a word away at most */

typedef struct seen_tick {
    double x0, x1, y0, y1; /* points */
    int left, right;       /* the next pieces, or FORM_NONE */
    int tick_before;       /* the next tick to the left in its row, or FORM_NONE */
    int tick_behind;
} seen_tick;

typedef struct view {
    const form_sheet *s;
    seen_tick *ticks;
    size_t count;
} view;

static bool in_row(const seen_tick *t, double y0, double y1)
{
    return form__overlap(t->y0, t->y1, y0, y1) > 0.5;
}

static void pieces_beside(view *v, seen_tick *t)
{
    double left = reach * v->s->em, right = left;

    for (size_t i = 0; i < v->s->count; i++) {
        const form_piece *p = &v->s->pieces[i];
        double before = t->x0 - p->x1, behind = p->x0 - t->x1, slack = 0.4 * (t->x1 - t->x0);

        if (!in_row(t, p->y0, p->y1))
            continue;
        if (before > -slack && before < left) {
            left = before;
            t->left = (int)i;
        }
        if (behind > -slack && behind < right) {
            right = behind;
            t->right = (int)i;
        }
    }
}

static void ticks_beside(view *v, size_t self)
{
    seen_tick *t = &v->ticks[self];
    double left = INFINITY, right = INFINITY;

    for (size_t i = 0; i < v->count; i++) {
        const seen_tick *o = &v->ticks[i];

        if (i == self || !in_row(t, o->y0, o->y1))
            continue;
        if (o->x0 < t->x0 && t->x0 - o->x0 < left) {
            left = t->x0 - o->x0;
            t->tick_before = (int)i;
        }
        if (o->x0 > t->x0 && o->x0 - t->x0 < right) {
            right = o->x0 - t->x0;
            t->tick_behind = (int)i;
        }
    }
}

/* A row of boxes has its labels on one side: the end where there is no text tells which. */
static bool row_is_left(const view *v, size_t self)
{
    const seen_tick *first = &v->ticks[self], *last = first;
    const form_sheet *s = v->s;

    for (size_t n = 0; n < MAX_TICKS && first->tick_before != FORM_NONE; n++)
        first = &v->ticks[first->tick_before];
    for (size_t n = 0; n < MAX_TICKS && last->tick_behind != FORM_NONE; n++)
        last = &v->ticks[last->tick_behind];
    if (last->right == FORM_NONE)
        return last->left != FORM_NONE;
    if (first->left == FORM_NONE)
        return false;
    if (s->pieces[last->right].colon)
        return true;
    return first != last && !s->pieces[first->left].colon &&
           first->x0 - s->pieces[first->left].x1 <
               0.7 * (s->pieces[first->right == FORM_NONE ? first->left : first->right].x0 -
                      first->x1);
}

/* The text before the first box of a row, where labels are behind their boxes. */
static int question_of(const view *v, size_t self)
{
    const seen_tick *first = &v->ticks[self];
    const form_piece *p;
    q_str last;

    for (size_t n = 0; n < MAX_TICKS && first->tick_before != FORM_NONE; n++)
        first = &v->ticks[first->tick_before];
    if (first->left == FORM_NONE)
        return FORM_NONE;
    p = &v->s->pieces[first->left];
    last = form__word(v->s, p->first + p->count - 1);
    return p->colon || last.p[last.n - 1] == '?' ? first->left : FORM_NONE;
}

static void choices_make(view *v, form_choices *out)
{
    for (size_t i = 0; i < v->count; i++) {
        seen_tick *t = &v->ticks[i];
        bool left = row_is_left(v, i);
        int label = left ? t->left : t->right;
        const seen_tick *other;

        if (label == FORM_NONE)
            continue;
        /* a label of the next box is not this one's */
        other = left ? (t->tick_before == FORM_NONE ? NULL : &v->ticks[t->tick_before])
                     : (t->tick_behind == FORM_NONE ? NULL : &v->ticks[t->tick_behind]);
        if (other &&
            (left ? v->s->pieces[label].x0 < other->x0 : v->s->pieces[label].x0 > other->x0))
            continue;
        out->items[out->count++] = (form_choice){i, label, left ? FORM_NONE : question_of(v, i)};
    }
}

q_code form__choices_find(const form_sheet *s, form_choices *out, q_err *err)
{
    size_t n = s->page->marks.tick_count < MAX_TICKS ? s->page->marks.tick_count : MAX_TICKS;
    view v = {s, q_arena_array(s->arena, n + 1, sizeof *v.ticks), n};

    *out = (form_choices){q_arena_array(s->arena, n + 1, sizeof *out->items), 0};
    if (!v.ticks || !out->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        q_box b = s->page->marks.ticks[i].box;

        v.ticks[i] = (seen_tick){.x0 = b.left * s->page->width_pt,
                                 .x1 = q_box_right(b) * s->page->width_pt,
                                 .y0 = b.top * s->page->height_pt,
                                 .y1 = q_box_bottom(b) * s->page->height_pt,
                                 .left = FORM_NONE,
                                 .right = FORM_NONE,
                                 .tick_before = FORM_NONE,
                                 .tick_behind = FORM_NONE};
        pieces_beside(&v, &v.ticks[i]);
    }
    for (size_t i = 0; i < n; i++)
        ticks_beside(&v, i);
    choices_make(&v, out);
    return Q_OK;
}
