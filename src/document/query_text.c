/* The sentence that says it: what is asked for stands beside the question's own words. */
#include "document/query_find.h"

enum { MAX_LINES = 2000, MAX_RUN = 8, MAX_SKIPPED = 6 };

/* The first words behind `from` that are of the kind asked for; of a name, all. */
static q_code words_after(const query_place *p, const q_line *line, size_t from, double met,
                          q_err *err)
{
    size_t end = line->first_word + line->word_count;
    bool longest = p->asked->kind == QUERY_NAME || p->asked->kind == QUERY_PLACE;
    size_t *items = q_arena_array(p->arena, MAX_RUN, sizeof *items);

    if (!items)
        return q_err_nomem(err);
    for (size_t start = from; start < end && start < from + MAX_SKIPPED; start++) {
        q_picks run = {items, 0};
        size_t best = 0;

        while (start + run.count < end && run.count < MAX_RUN && (longest || !best)) {
            q_str text;

            items[run.count] = start + run.count;
            run.count++;
            text = q_picks_text(p->page, &run, p->arena);
            if (!text.p)
                return q_err_nomem(err);
            if (query__kind_suits(p->asked->kind, text) < 1)
                continue;
            best = run.count;
        }
        run.count = best;
        if (best)
            return query__offer(p, &run, met * 0.8, err);
    }
    return Q_OK;
}

static q_code look(const query_place *p, const q_line *line, q_err *err)
{
    query_words have = {.count = 0};
    double extra, met;
    size_t last = SIZE_MAX;
    q_code rc = query__words_add(line->text, p->arena, &have, err);

    if (rc)
        return rc;
    met = query__words_meet(&p->asked->words, &have, &extra);
    if (met < 0.8)
        return Q_OK;
    for (size_t i = line->first_word; i < line->first_word + line->word_count; i++) {
        query_words one = {.count = 0};
        double part;

        rc = query__words_add(p->page->words[i].text, p->arena, &one, err);
        if (rc)
            return rc;
        part = one.count ? query__words_meet(&one, &p->asked->words, &extra) : 0;
        if (part > 0.6)
            last = i;
    }
    return last == SIZE_MAX ? Q_OK : words_after(p, line, last + 1, met, err);
}

q_code query__in_text(const query_place *p, q_err *err)
{
    if (p->asked->kind == QUERY_ANY || p->asked->kind == QUERY_YES_NO)
        return Q_OK;
    for (size_t i = 0; i < p->page->line_count && i < MAX_LINES; i++) {
        q_code rc = look(p, &p->page->lines[i], err);

        if (rc)
            return rc;
    }
    return Q_OK;
}
