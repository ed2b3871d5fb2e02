#include "document/query.h"

#include "document/query_find.h"

#include <math.h>

/* Below that nothing on the page answers. */
static const double least_score = 0.5;

q_code query__offer(const query_place *p, const q_picks *words, double score, q_err *err)
{
    q_answer *a = &p->best->answer;

    if (words->count == 0 || score <= p->best->score)
        return Q_OK;
    *a = (q_answer){.found = true, .words = *words, .text = q_picks_text(p->page, words, p->arena)};
    if (!a->text.p)
        return q_err_nomem(err);
    a->box = p->page->words[words->items[0]].box;
    for (size_t i = 1; i < words->count; i++)
        a->box = q_box_join(a->box, p->page->words[words->items[i]].box);
    p->best->score = score;
    return Q_OK;
}

q_code q_query_answer(const q_known *known, q_str question, q_arena *a, q_answer *out, q_err *err)
{
    query asked;
    query_best best = {.score = least_score};
    query_place place = {known->page, known->tables, known->form, known->expense, &asked, a, &best};
    q_code rc = query__read(question, a, &asked, err);

    *out = (q_answer){.found = false};
    if (rc || asked.words.count == 0)
        return rc;
    rc = query__in_form(&place, err);
    if (!rc)
        rc = query__in_tables(&place, err);
    if (!rc)
        rc = query__in_expense(&place, err);
    if (!rc)
        rc = query__in_text(&place, err);
    if (rc || !best.answer.found)
        return rc;
    *out = best.answer;
    out->confidence = (float)fmin(99, 100 * best.score);
    return Q_OK;
}
