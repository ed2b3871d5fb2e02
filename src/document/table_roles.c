#include "document/table_roles.h"

#include <math.h>
#include <string.h>

/* ---- headings, sections, sums ---- */

typedef struct summary { /* of a row or a cell */
    size_t first;        /* its first word, of the page */
    size_t words, numbers, years;
    size_t cells; /* of a row: with words in them */
} summary;

static bool is_year(q_str word)
{
    return word.n >= 4 && (q_str_starts(word, Q_STR("19")) || q_str_starts(word, Q_STR("20"))) &&
           q_is_digit(word.p[2]) && q_is_digit(word.p[3]) &&
           (word.n == 4 || !q_is_digit(word.p[4]));
}

static void count_word(const table__text *t, size_t word, summary *s)
{
    q_str text = t->page->words[word].text;

    if (s->words++ == 0)
        s->first = word;
    s->numbers += table__is_number(text);
    s->years += is_year(text);
}

static bool is_number_cell(const summary *s)
{
    return s->words > 0 && s->words <= 4 && s->numbers == s->words;
}

/* Columns that hold numbers more than anything else. */
static q_code number_columns(const table__text *t, const table__draft *d, const summary *cells,
                             bool **out, q_err *err)
{
    size_t *all = q_arena_array(t->arena, d->columns, sizeof *all);
    size_t *numbers = q_arena_array(t->arena, d->columns, sizeof *numbers);

    *out = q_arena_array(t->arena, d->columns, sizeof **out);
    if (!all || !numbers || !*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < d->cell_count; i++) {
        const table__cell *c = &d->cells[i];

        if (c->column_span > 1 || cells[i].words == 0)
            continue;
        all[c->column]++;
        numbers[c->column] += is_number_cell(&cells[i]);
    }
    for (size_t c = 0; c < d->columns; c++)
        (*out)[c] = numbers[c] * 2 >= all[c] && numbers[c] > 0;
    return Q_OK;
}

enum { MOST_HEADINGS = 3 }; /* rows, where they are more than half of the table */

/* How many rows at the top name columns: those before the first that has a number where numbers
 * stand; years over columns are names.
 */
static size_t heading_rows(const table__draft *d, const summary *cells, const summary *rows,
                           const bool *numeric)
{
    size_t first = SIZE_MAX;
    bool any = false;

    for (size_t c = 0; c < d->columns; c++)
        any |= numeric[c];
    for (size_t i = 0; i < d->cell_count; i++) {
        const table__cell *c = &d->cells[i];

        if (is_number_cell(&cells[i]) && c->column_span == 1 && numeric[c->column] &&
            c->row < first && rows[c->row].years < rows[c->row].numbers)
            first = c->row;
    }
    if (!any || first == SIZE_MAX)
        return d->rows > 1 ? 1 : 0;
    return first * 2 <= d->rows || first <= MOST_HEADINGS ? first : 1;
}

/* "Total", in a few languages. */
static bool names_sum(q_str word)
{
    static const char *const names[] = {"total",  "totals",    "subtotal",      "sub-total",
                                        "sum",    "summe",     "gesamt",        "totaal",
                                        "totale", "insgesamt", "suma",          "subtotal:",
                                        "total:", "balance",   "zwischensumme", "gesamtbetrag"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is_nocase(word, names[i]))
            return true;
    return false;
}

static void mark_cells(const table__text *t, table__draft *d, const summary *cells,
                       const summary *rows, size_t headings)
{
    for (size_t i = 0; i < d->cell_count; i++) {
        table__cell *c = &d->cells[i];
        const summary *row = &rows[c->row];

        if (d->ruled && c->row < headings)
            c->heading = true;
        if (c->heading || row->words == 0)
            continue;
        if (d->ruled && row->cells == 1 && cells[i].words > 0 && row->numbers < row->words &&
            (c->column == 0 || c->column_span * 2 > d->columns))
            c->section = true;
        c->summary =
            row->cells > 1 && row->numbers > 0 && names_sum(t->page->words[row->first].text);
    }
}

q_code table__roles(const table__text *t, table__draft *d, q_err *err)
{
    summary *cells = q_arena_array(t->arena, d->cell_count, sizeof *cells);
    summary *rows = q_arena_array(t->arena, d->rows, sizeof *rows);
    bool *numeric = NULL;
    q_code rc;

    if (!cells || !rows)
        return q_err_nomem(err);
    for (size_t i = 0; i < d->word_count; i++) {
        count_word(t, d->words[i].word, &cells[d->words[i].cell]);
        count_word(t, d->words[i].word, &rows[d->cells[d->words[i].cell].row]);
    }
    for (size_t i = 0; i < d->cell_count; i++)
        rows[d->cells[i].row].cells += cells[i].words > 0;
    rc = number_columns(t, d, cells, &numeric, err);
    if (!rc)
        mark_cells(t, d, cells, rows, heading_rows(d, cells, rows, numeric));
    return rc;
}

/* ---- title and notes ---- */

enum { TITLE_ROWS = 4, NOTE_ROWS = 12, NOTE_WORDS = 10 };

/* The words of a row that stand over or under the table, none of them outside of it. */
static bool row_beside(const table__text *t, const table__row *row, table__rect box, size_t *from,
                       size_t *to)
{
    size_t count = 0;

    for (size_t i = row->first_run; i < row->first_run + row->run_count; i++) {
        const table__run *r = &t->runs[i];

        if (table__overlap(r->box.left, r->box.right, box.left, box.right) <= 0)
            continue;
        if (r->box.left < box.left - 4 * t->em || r->box.right > box.right + 4 * t->em ||
            t->taken[t->order[r->first]]) /* by another table's title or notes */
            return false;
        *from = count++ ? *from : i;
        *to = i + 1;
    }
    return count > 0;
}

static q_code pick(table__text *t, size_t from, size_t to, q_picks *picks, bool front, q_err *err)
{
    size_t first = t->runs[from].first, end = t->runs[to - 1].first + t->runs[to - 1].count;
    size_t *items = q_arena_array(t->arena, picks->count + end - first, sizeof *items), n = 0;

    if (!items)
        return q_err_nomem(err);
    for (size_t i = 0; i < picks->count && !front; i++)
        items[n++] = picks->items[i];
    for (size_t i = first; i < end; i++) {
        if (t->taken[t->order[i]])
            continue;
        items[n++] = t->order[i];
        t->taken[t->order[i]] = true;
    }
    for (size_t i = 0; i < picks->count && front; i++)
        items[n++] = picks->items[i];
    *picks = (q_picks){items, n};
    return Q_OK;
}

static q_str first_text(const table__text *t, size_t run)
{
    return t->page->words[t->order[t->runs[run].first]].text;
}

static bool starts_with(q_str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (q_str_is_nocase(q_str_sub(text, 0, strlen(words[i])), words[i]))
            return true;
    return false;
}

static bool is_caption(q_str text)
{
    static const char *const words[] = {"table", "tabelle", "tableau", "exhibit",
                                        "tabla", "tabel",   "figure"};

    return starts_with(text, words, sizeof words / sizeof *words);
}

static bool is_note(q_str text)
{
    static const char *const words[] = {"source", "note", "notes", "abbrev", "quelle", "*",
                                        "†",      "‡",    "see",   "1",      "¹",      "#",
                                        "(1)",    "1)",   "—",     "fuente"};

    return starts_with(text, words, sizeof words / sizeof *words);
}

/* Does one cell fill a row? Its words, the first of them in *first. */
static bool fills_row(const table__draft *d, size_t row, size_t *first, size_t *words)
{
    size_t cell = SIZE_MAX;

    for (size_t i = 0; i < d->cell_count; i++)
        if (d->cells[i].row == row && d->cells[i].row_span == 1 &&
            d->cells[i].column_span == d->columns)
            cell = i;
    *words = 0;
    for (size_t i = 0; i < d->word_count; i++)
        if (d->words[i].cell == cell && (*words)++ == 0)
            *first = d->words[i].word;
    return cell != SIZE_MAX;
}

q_code table__frame_out(const table__text *t, table__draft *d, q_err *err)
{
    size_t first = 0, words;
    q_code rc = Q_OK;

    while (!rc && d->rows > 2 && fills_row(d, 0, &first, &words) &&
           (words == 0 || is_caption(t->page->words[first].text)))
        rc = table__rows_out(d, t->arena, 0, 1, &d->title, err);
    while (!rc && d->rows > 2 && fills_row(d, d->rows - 1, &first, &words) &&
           (words == 0 || words >= NOTE_WORDS || is_note(t->page->words[first].text)))
        rc = table__rows_out(d, t->arena, d->rows - 1, d->rows, &d->footer, err);
    return rc;
}

/* Upwards from the table: up to a row that says "Table ...", or else one short row, close and in
 * the middle of it.
 */
static q_code find_title(table__text *t, table__draft *d, q_err *err)
{
    size_t from[TITLE_ROWS] = {0}, to[TITLE_ROWS] = {0}, count = 0, keep = 0;
    table__rect box = d->box;

    for (size_t row = t->row_count; row-- > 0 && count < TITLE_ROWS && !keep;) {
        table__rect r = t->rows[row].box;

        if (r.bottom > box.top + 0.3 * t->em)
            continue;
        if (box.top - r.bottom > (count ? 1 : 2.5) * t->em ||
            !row_beside(t, &t->rows[row], d->box, &from[count], &to[count]))
            break;
        box = table__join(box, t->runs[from[count]].box);
        count++;
        if (is_caption(first_text(t, from[count - 1])))
            keep = count;
    }
    if (!keep && count == 1 && to[0] - from[0] == 1) {
        const table__run *r = &t->runs[from[0]];

        keep = r->count <= 12 && !r->prose &&
               fabs(r->box.left + r->box.right - d->box.left - d->box.right) < 4 * t->em;
    }
    for (size_t i = 0; i < keep; i++)
        if (pick(t, from[i], to[i], &d->title, true, err))
            return q_err_nomem(err);
    return Q_OK;
}

static q_code find_notes(table__text *t, table__draft *d, q_err *err)
{
    double bottom = d->box.bottom;
    size_t from, to, count = 0;

    for (size_t row = 0; row < t->row_count && count < NOTE_ROWS; row++) {
        table__rect r = t->rows[row].box;

        if (r.top < d->box.bottom - 0.3 * t->em)
            continue;
        if (r.top - bottom > (count ? 0.6 : 1.6) * t->em ||
            !row_beside(t, &t->rows[row], d->box, &from, &to))
            break;
        if (count == 0 && !is_note(first_text(t, from)))
            break;
        if (pick(t, from, to, &d->footer, false, err))
            return q_err_nomem(err);
        bottom = r.bottom;
        count++;
    }
    return Q_OK;
}

q_code table__titles(table__text *t, table__draft *d, q_err *err)
{
    q_code rc = find_title(t, d, err);

    return rc ? rc : find_notes(t, d, err);
}
