#include "document/query_find.h"

#include <math.h>

/* How well a key names what is asked for. */
static double key_score(const query *asked, const query_words *key)
{
    double extra, met = query__words_meet(&asked->words, key, &extra);

    return met * (1 - 0.35 * extra);
}

/* A box that is ticked, or not, says yes or no. */
static q_code offer_tick(const query_place *p, const q_pair *pair, double score, q_err *err)
{
    const q_tick *t = &p->page->marks.ticks[pair->ticks.items[0]];
    q_code rc;

    score *= p->asked->kind == QUERY_YES_NO ? 1 : 0.75;
    if (score <= p->best->score)
        return Q_OK;
    rc = query__offer(p, &pair->key, score, err);
    if (!rc) {
        p->best->answer.text = t->selected ? Q_STR("Yes") : Q_STR("No");
        p->best->answer.box = t->box;
        p->best->answer.words = (q_picks){NULL, 0};
    }
    return rc;
}

q_code query__in_form(const query_place *p, q_err *err)
{
    for (size_t i = 0; i < p->form->count; i++) {
        const q_pair *pair = &p->form->pairs[i];
        query_words key = {.count = 0};
        q_str text = q_picks_text(p->page, &pair->key, p->arena), value;
        q_code rc = text.p ? query__words_add(text, p->arena, &key, err) : q_err_nomem(err);
        double score;

        if (rc)
            return rc;
        score = key_score(p->asked, &key);
        if (score < 0.4)
            continue;
        if (pair->ticks.count && !pair->value.count) {
            rc = offer_tick(p, pair, score, err);
        } else if (pair->value.count) {
            value = q_picks_text(p->page, &pair->value, p->arena);
            if (!value.p)
                return q_err_nomem(err);
            score *= 0.65 + 0.35 * query__kind_suits(p->asked->kind, value);
            score *= 0.8 + 0.2 * fmin(1, (double)pair->confidence / 80);
            rc = query__offer(p, &pair->value, score, err);
        }
        if (rc)
            return rc;
    }
    return Q_OK;
}
