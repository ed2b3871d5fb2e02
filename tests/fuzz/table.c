/* Tables are read from any words and lines without harm, and are tables: each place of the grid
 * is in one cell, and each word of the page in one cell, title or note at most.
 *
 * Eight bytes a thing: what it is (a word of 15 kinds, or a line across or upright), then its
 * place and size in steps of the page's 65536th and 256th part.
 */
#include "document/table.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THINGS = 3000, THING = 8 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static q_box box_of(const uint8_t *d, double width, double height)
{
    q_box b = {(d[1] + d[2] * 256) / 65536.0, (d[3] + d[4] * 256) / 65536.0, width, height};

    b.width = fmin(b.width, 1 - b.left);
    b.height = fmin(b.height, 1 - b.top);
    return b;
}

static void put_thing(q_page *p, const uint8_t *d)
{
    static const char *const texts[] = {"12.50", "-",       "Total", "the", "of",
                                        "1997",  "Table",   "1.",    "a:",  "$",
                                        "(4.7)", "Umsätze", "no",    "42",  "x"};
    size_t kind = d[0] % 17;

    if (kind == 15)
        p->marks.rules[p->marks.rule_count++] = (q_rule){box_of(d, d[5] / 255.0, 0.001), false};
    else if (kind == 16)
        p->marks.rules[p->marks.rule_count++] = (q_rule){box_of(d, 0.001, d[5] / 255.0), true};
    else
        p->words[p->word_count++] =
            (q_word){q_str_of(texts[kind]), box_of(d, d[5] / 1024.0, d[6] / 2048.0), 50};
}

static void take(bool *seen, const q_picks *picks, size_t count)
{
    for (size_t i = 0; i < picks->count; i++) {
        require(picks->items[i] < count && !seen[picks->items[i]]);
        seen[picks->items[i]] = true;
    }
}

static void check(const q_table *t, const q_page *p, q_arena *a, bool *seen)
{
    bool *places = q_arena_array(a, t->rows * t->columns, sizeof *places);
    const double slack = 1e-9;

    require(t->rows > 0 && t->columns > 0 && places);
    for (size_t i = 0; i < t->cell_count; i++) {
        const q_cell *c = &t->cells[i];

        require(c->row_span > 0 && c->column_span > 0 && c->row + c->row_span <= t->rows &&
                c->column + c->column_span <= t->columns);
        require(c->box.left >= -slack && q_box_right(c->box) <= 1 + slack);
        require(c->box.top >= -slack && q_box_bottom(c->box) <= 1 + slack);
        require(c->confidence >= 0 && c->confidence <= 100);
        for (size_t y = c->row; y < c->row + c->row_span; y++)
            for (size_t x = c->column; x < c->column + c->column_span; x++) {
                require(!places[y * t->columns + x]);
                places[y * t->columns + x] = true;
            }
        take(seen, &c->words, p->word_count);
    }
    for (size_t i = 0; i < t->rows * t->columns; i++)
        require(places[i]);
    take(seen, &t->title, p->word_count);
    take(seen, &t->footer, p->word_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_page p = {.width_pt = 600, .height_pt = 800, .marked = true};
    q_tables t;
    bool *seen;

    p.words = q_arena_array(a, MAX_THINGS, sizeof *p.words);
    p.marks.rules = q_arena_array(a, MAX_THINGS, sizeof *p.marks.rules);
    seen = q_arena_array(a, MAX_THINGS, sizeof *seen);
    for (size_t i = 0; i + THING <= size && i / THING < MAX_THINGS; i += THING)
        put_thing(&p, data + i);
    if (q_tables_read(&p, a, &t, NULL) == Q_OK)
        for (size_t i = 0; i < t.count; i++)
            check(&t.items[i], &p, a, seen);
    q_arena_free(a);
    return 0;
}
