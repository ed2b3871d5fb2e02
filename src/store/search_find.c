#include "store/search.h"

#include "store/fetch.h"
#include "store/search_query.h"

#include <stdlib.h>
#include <string.h>

enum {
    AROUND = 8,      /* words of the snippet before the first that was looked for */
    SNIPPET = 32,    /* words of a snippet */
    HIT_FIELDS = 16, /* of a hit, at most */
    BEFORE_MARK = 1, /* characters around what was looked for; pages have none of them */
    BEHIND_MARK = 2
};

/* ---- Which documents fit ------------------------------------------------- */

typedef struct numbers { /* of documents, rising */
    int64_t *items;
    size_t count;
} numbers;

static q_code number(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    (void)a, (void)err;
    *(int64_t *)out = q_rows_int(rows, 0);
    return Q_OK;
}

/* ?1 what is looked for or the least of it, ?2 the field's type, ?3 the most. */
static void part_params(const search_part *p, q_param params[3])
{
    params[0] = Q_P_TEXT(p->match);
    params[1] = Q_P_TEXT(p->type);
    params[2] = Q_P_NULL;
    if (p->kind == SEARCH_NUMBER) {
        params[0] = Q_P_DOUBLE(p->low);
        params[2] = Q_P_DOUBLE(p->high);
    } else if (p->kind == SEARCH_DAY) {
        params[0] = Q_P_TEXT(p->first);
        params[2] = Q_P_TEXT(p->before);
    }
}

static q_code fitting(q_catalog *c, const search_part *p, q_arena *a, numbers *out, q_err *err)
{
    q_param params[3];
    fetch f = {.params = params, .param_count = 3, .fill = number, .size = sizeof(int64_t)};

    part_params(p, params);
    switch (p->kind) {
    case SEARCH_WORDS:
        f.sql = "SELECT DISTINCT p.document FROM search_text JOIN search_page p"
                " ON p.id = search_text.rowid WHERE search_text MATCH ?1 ORDER BY 1";
        f.param_count = 1;
        break;
    case SEARCH_TEXT:
        f.sql = "SELECT DISTINCT f.document FROM search_value JOIN search_field f"
                " ON f.id = search_value.rowid"
                " WHERE search_value MATCH ?1 AND f.type GLOB ?2 ORDER BY 1";
        f.param_count = 2;
        break;
    case SEARCH_NUMBER:
        f.sql = "SELECT DISTINCT document FROM search_field"
                " WHERE number BETWEEN ?1 AND ?3 AND type GLOB ?2 ORDER BY 1";
        break;
    case SEARCH_DAY:
        f.sql = "SELECT DISTINCT document FROM search_field"
                " WHERE day >= ?1 AND day < ?3 AND type GLOB ?2 ORDER BY 1";
        break;
    }
    return fetch__all(c, &f, a, &out->items, &out->count, err);
}

static bool has(const numbers *n, int64_t id)
{
    size_t low = 0, high = n->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (n->items[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n->count && n->items[low] == id;
}

/* Those of either, in `a`'s place. */
static q_code unite(numbers *into, const numbers *more, q_arena *a, q_err *err)
{
    numbers all = {.items = q_arena_array(a, into->count + more->count, sizeof *all.items)};
    size_t i = 0, k = 0;

    if (!all.items)
        return q_err_nomem(err);
    while (i < into->count || k < more->count) {
        if (k == more->count || (i < into->count && into->items[i] < more->items[k]))
            all.items[all.count++] = into->items[i++];
        else {
            i += i < into->count && into->items[i] == more->items[k];
            all.items[all.count++] = more->items[k++];
        }
    }
    *into = all;
    return Q_OK;
}

static void keep(numbers *n, const numbers *which, bool those)
{
    size_t kept = 0;

    for (size_t i = 0; i < n->count; i++)
        if (has(which, n->items[i]) == those)
            n->items[kept++] = n->items[i];
    n->count = kept;
}

static q_code all_fitting(q_catalog *c, const search_query *q, q_arena *a, numbers *out, q_err *err)
{
    q_code rc = fetch__all(
        c,
        &(fetch){"SELECT id FROM search_document ORDER BY 1", Q_NO_PARAMS, number, sizeof(int64_t)},
        a, &out->items, &out->count, err);

    for (size_t i = 0; i < q->count && !rc;) {
        bool negative = q->parts[i].negative;
        numbers some = {0};

        rc = fitting(c, &q->parts[i++], a, &some, err);
        while (i < q->count && q->parts[i].alternative && !rc) {
            numbers more = {0};

            rc = fitting(c, &q->parts[i++], a, &more, err);
            if (!rc)
                rc = unite(&some, &more, a, err);
        }
        if (!rc)
            keep(out, &some, !negative);
    }
    return rc;
}

/* ---- The snippet ---------------------------------------------------------- */

/* A page's text with marks around what was looked for, and its words' boxes. */
typedef struct marked_page {
    q_str text, boxes;
} marked_page;

static q_code marked(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    marked_page *p = out;

    p->text = q_rows_text(rows, 0, a);
    p->boxes = q_rows_text(rows, 1, a);
    return p->text.p && p->boxes.p ? Q_OK : q_err_nomem(err);
}

/* The number of the first word that was looked for. */
static size_t first_marked(q_str text)
{
    size_t word = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == BEFORE_MARK)
            return word;
        word += text.p[i] == ' ';
    }
    return 0;
}

static q_code put_mark(const marked_page *p, size_t word, size_t from, q_arena *a, size_t *cap,
                       q_search_hit *hit, q_err *err)
{
    q_search_mark m = {.from = from};

    if (p->boxes.n / sizeof m.box > word)
        memcpy(&m.box, p->boxes.p + word * sizeof m.box, sizeof m.box);
    if (q_arena_grow(a, &hit->marks, cap, hit->mark_count + 1, sizeof m))
        return q_err_nomem(err);
    hit->marks[hit->mark_count++] = m;
    return Q_OK;
}

/* The words around the first that was looked for. A word is marked whole, whatever part of it was;
 * marks run on over the blanks of a phrase.
 */
static q_code cut_snippet(const marked_page *p, q_arena *a, q_search_hit *hit, q_err *err)
{
    size_t first = first_marked(p->text), word = 0, n = 0, cap = 0;
    size_t from = first > AROUND ? first - AROUND : 0;
    char *out = q_arena_alloc(a, p->text.n + 1);
    bool inside = false, told = false;
    q_code rc = Q_OK;

    if (!out)
        return q_err_nomem(err);
    for (size_t i = 0; i < p->text.n && word < from + SNIPPET && !rc; i++) {
        char c = p->text.p[i];

        if (c == BEFORE_MARK || c == BEHIND_MARK) {
            inside = c == BEFORE_MARK;
            continue;
        }
        if (c == ' ') {
            if (told)
                hit->marks[hit->mark_count - 1].n = n - hit->marks[hit->mark_count - 1].from;
            told = false;
            word++;
            if (word > from && word < from + SNIPPET)
                out[n++] = ' ';
            continue;
        }
        if (word < from)
            continue;
        if (inside && !told) {
            size_t begin = n;

            while (begin && out[begin - 1] != ' ')
                begin--;
            rc = put_mark(p, word, begin, a, &cap, hit, err);
            told = !rc;
        }
        out[n++] = c;
    }
    if (told)
        hit->marks[hit->mark_count - 1].n = n - hit->marks[hit->mark_count - 1].from;
    hit->snippet = (q_str){out, n};
    return rc;
}

static q_code put_snippet(q_catalog *c, const search_query *q, int64_t page, q_arena *a,
                          q_search_hit *hit, q_err *err)
{
    static const char before[] = {BEFORE_MARK, 0}, behind[] = {BEHIND_MARK, 0};
    marked_page p;
    bool found;
    q_code rc =
        fetch__one(c,
                   &(fetch){"SELECT highlight(search_text, 0, ?3, ?4), p.boxes"
                            " FROM search_text JOIN search_page p"
                            " ON p.id = search_text.rowid"
                            " WHERE search_text MATCH ?1 AND search_text.rowid = ?2",
                            Q_PARAMS(Q_P_TEXT(q->words), Q_P_INT(page), Q_P_TEXT(q_str_of(before)),
                                     Q_P_TEXT(q_str_of(behind))),
                            marked, sizeof p},
                   a, &p, &found, err);

    return rc || !found ? rc : cut_snippet(&p, a, hit, err);
}

/* ---- Hits ------------------------------------------------------------------ */

static q_code field(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_search_field *f = out;
    q_str box = q_rows_text(rows, 6, a);

    *f =
        (q_search_field){.type = q_rows_text(rows, 0, a),
                         .label = q_rows_text(rows, 1, a),
                         .value = q_rows_text(rows, 2, a),
                         .page = (size_t)q_rows_int(rows, 3),
                         .has_number = !q_rows_is_null(rows, 4),
                         .number = q_rows_double(rows, 4),
                         .day = q_rows_is_null(rows, 5) ? (q_str){"", 0} : q_rows_text(rows, 5, a)};
    if (!f->type.p || !f->label.p || !f->value.p || !f->day.p || !box.p)
        return q_err_nomem(err);
    if (box.n == sizeof f->box)
        memcpy(&f->box, box.p, sizeof f->box);
    return Q_OK;
}

#define FIELDS                                                                                     \
    "SELECT f.type, v.label, v.value, f.page, f.number, f.day, f.box FROM search_field f"          \
    " JOIN search_value v ON v.rowid = f.id WHERE f.document = ?4 AND f.type GLOB ?2"

/* The document's fields that one part of the query asked for. */
static q_code part_fields(q_catalog *c, const search_part *p, int64_t document, q_arena *a,
                          q_search_field **out, size_t *count, q_err *err)
{
    q_param params[4] = {[3] = Q_P_INT(document)};
    fetch f = {.params = params, .param_count = 4, .fill = field, .size = sizeof **out};

    part_params(p, params);
    switch (p->kind) {
    case SEARCH_TEXT:
        f.sql = FIELDS " AND f.id IN (SELECT rowid FROM search_value WHERE search_value MATCH ?1)"
                       " ORDER BY f.id";
        break;
    case SEARCH_NUMBER:
        f.sql = FIELDS " AND f.number BETWEEN ?1 AND ?3 ORDER BY f.id";
        break;
    case SEARCH_DAY:
        f.sql = FIELDS " AND f.day >= ?1 AND f.day < ?3 ORDER BY f.id";
        break;
    case SEARCH_WORDS:
        *count = 0;
        return Q_OK;
    }
    return fetch__all(c, &f, a, out, count, err);
}

static q_code put_fields(q_catalog *c, const search_query *q, int64_t document, q_arena *a,
                         q_search_hit *hit, q_err *err)
{
    q_code rc = Q_OK;

    hit->fields = q_arena_array(a, HIT_FIELDS, sizeof *hit->fields);
    if (!hit->fields)
        return q_err_nomem(err);
    for (size_t i = 0; i < q->count && !rc; i++) {
        q_search_field *some = NULL;
        size_t count = 0;

        if (q->parts[i].negative)
            continue;
        rc = part_fields(c, &q->parts[i], document, a, &some, &count, err);
        for (size_t k = 0; k < count && !rc && hit->field_count < HIT_FIELDS; k++)
            hit->fields[hit->field_count++] = some[k];
    }
    return rc;
}

static q_code document(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_search_hit *hit = out;

    hit->source = q_rows_text(rows, 0, a);
    hit->pages = (size_t)q_rows_int(rows, 1);
    hit->read_ms = q_rows_int(rows, 2);
    return hit->source.p ? Q_OK : q_err_nomem(err);
}

/* A document that fits, and the page that fits best; 0 without words. */
typedef struct place {
    int64_t document, page_id;
    size_t page;
} place;

static q_code put_hit(q_catalog *c, const search_query *q, place at, q_arena *a, q_search_hit *hit,
                      q_err *err)
{
    bool found;
    q_code rc = fetch__one(c,
                           &(fetch){"SELECT source, pages, read_ms FROM search_document"
                                    " WHERE id = ?1",
                                    Q_PARAMS(Q_P_INT(at.document)), document, sizeof *hit},
                           a, hit, &found, err);

    hit->page = at.page;
    hit->snippet = (q_str){"", 0};
    if (!rc && at.page_id)
        rc = put_snippet(c, q, at.page_id, a, hit, err);
    return rc ? rc : put_fields(c, q, at.document, a, hit, err);
}

static q_code place_of(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    (void)a, (void)err;
    *(place *)out = (place){q_rows_int(rows, 0), q_rows_int(rows, 1), (size_t)q_rows_int(rows, 2)};
    return Q_OK;
}

/* The best page of each document, best first; or documents, the last read first. */
static q_code ranked(q_catalog *c, const search_query *q, q_arena *a, place **out, size_t *count,
                     q_err *err)
{
    fetch f = {.fill = place_of, .size = sizeof **out};
    q_param words = Q_P_TEXT(q->words);

    f.sql = "SELECT id, 0, 0 FROM search_document ORDER BY read_ms DESC, id DESC";
    if (q->words.n) {
        f.sql = "SELECT p.document, p.id, p.page FROM search_text JOIN search_page p"
                " ON p.id = search_text.rowid WHERE search_text MATCH ?1"
                " ORDER BY search_text.rank, p.id";
        f.params = &words;
        f.param_count = 1;
    }
    return fetch__all(c, &f, a, out, count, err);
}

q_code q_search_find(q_catalog *c, q_str query, size_t from, size_t limit, q_arena *a,
                     q_search_result *out, q_err *err)
{
    q_search_result r = {0};
    numbers fit = {0};
    place *places = NULL;
    search_query q;
    size_t count = 0, seen = 0;
    q_code rc = search__parse(query, a, &q, err);

    if (!rc)
        rc = all_fitting(c, &q, a, &fit, err);
    if (!rc)
        rc = ranked(c, &q, a, &places, &count, err);
    if (rc)
        return rc;
    r.total = fit.count;
    limit = limit > fit.count ? fit.count : limit;
    r.hits = q_arena_array(a, limit, sizeof *r.hits);
    if (!r.hits)
        return q_err_nomem(err);
    for (size_t i = 0; i < count && r.count < limit && !rc; i++) {
        numbers one = {&places[i].document, 1};

        if (!has(&fit, places[i].document))
            continue;
        keep(&fit, &one, false); /* its best page was the first */
        if (seen++ >= from)
            rc = put_hit(c, &q, places[i], a, &r.hits[r.count++], err);
    }
    /* What fits by a field where words were the alternative. */
    for (size_t i = 0; i < fit.count && r.count < limit && !rc; i++)
        if (seen++ >= from)
            rc = put_hit(c, &q, (place){.document = fit.items[i]}, a, &r.hits[r.count++], err);
    if (!rc)
        *out = r;
    return rc;
}
