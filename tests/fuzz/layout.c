/* The layout of any page has each of its lines once, and the blocks of any analysis lead only to
 * blocks that are there.
 *
 * Eight bytes a thing: what it is (a line of a word or two, a box to tick, a picture, a drawn
 * line, a new page), then its place and size in steps of the page's 65536th and 256th part.
 */
#include "service/textract_block.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { MAX_THINGS = 400, MAX_PAGES = 3, THING = 8 };

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

static q_page page_new(q_arena *a)
{
    q_page p = {.width_pt = 600, .height_pt = 800, .marked = true};

    p.words = q_arena_array(a, 2 * MAX_THINGS, sizeof *p.words);
    p.lines = q_arena_array(a, MAX_THINGS, sizeof *p.lines);
    p.marks.ticks = q_arena_array(a, MAX_THINGS, sizeof *p.marks.ticks);
    p.marks.figures = q_arena_array(a, MAX_THINGS, sizeof *p.marks.figures);
    p.marks.rules = q_arena_array(a, MAX_THINGS, sizeof *p.marks.rules);
    require(p.words && p.lines && p.marks.ticks && p.marks.figures && p.marks.rules);
    return p;
}

static void put_line(q_page *p, const uint8_t *d)
{
    static const char *const first[] = {"Name:", "1.",  "\xe2\x80\xa2", "TOTAL",   "Page",
                                        "12",    "the", "(a)",          "Umsätze", "-",
                                        "iv",    "2.1", "Mr.",          "45.00"};
    static const char *const second[] = {"", "", "of", "Ada", "7", "CONTENTS", "end.", "12.50"};
    q_str a = q_str_of(first[d[0] % 14]), b = q_str_of(second[d[7] % 8]);
    q_box box = box_of(d, d[5] / 300.0, d[6] / 2048.0);
    q_line line = {a, box, 90, p->word_count, b.n ? 2 : 1};

    p->words[p->word_count++] = (q_word){a, box, 90};
    if (b.n) {
        p->words[p->word_count - 1].box.width /= 2;
        p->words[p->word_count] = (q_word){b, box, 90};
        p->words[p->word_count].box.left += box.width / 2;
        p->words[p->word_count++].box.width /= 2;
    }
    p->lines[p->line_count++] = line;
}

static void put_thing(q_pages *pages, const uint8_t *d, q_arena *a)
{
    q_page *p = &pages->pages[pages->count - 1];

    if (d[0] % 32 < 27)
        put_line(p, d);
    else if (d[0] % 32 == 27)
        p->marks.ticks[p->marks.tick_count++] =
            (q_tick){box_of(d, d[5] / 2048.0, d[6] / 2048.0), d[7] & 1, 80};
    else if (d[0] % 32 == 28)
        p->marks.figures[p->marks.figure_count++] = box_of(d, d[5] / 255.0, d[6] / 255.0);
    else if (d[0] % 32 < 31)
        p->marks.rules[p->marks.rule_count++] =
            d[7] & 1 ? (q_rule){box_of(d, d[5] / 255.0, 0.001), false}
                     : (q_rule){box_of(d, 0.001, d[6] / 255.0), true};
    else if (pages->count < MAX_PAGES)
        pages->pages[pages->count++] = page_new(a);
}

static void check_layout(const q_layout *l, const q_page *p, q_arena *a)
{
    bool *seen = q_arena_array(a, p->line_count + 1, sizeof *seen);
    size_t all = 0;

    require(seen != NULL);
    for (size_t i = 0; i < l->count; i++) {
        const q_part *part = &l->parts[i];

        require(part->list == SIZE_MAX ||
                (part->list < i && l->parts[part->list].kind == Q_PART_LIST));
        require(part->confidence >= 0 && part->confidence <= 100);
        for (size_t k = 0; k < part->lines.count; k++) {
            require(part->lines.items[k] < p->line_count && !seen[part->lines.items[k]]);
            seen[part->lines.items[k]] = true;
            all++;
        }
    }
    require(all == p->line_count);
}

static int by_text(const void *x, const void *y)
{
    return q_str_cmp(*(const q_str *)x, *(const q_str *)y);
}

/* Ids are unique, and those that blocks lead to are among them. */
static void check_blocks(const q_value *list, q_arena *a)
{
    size_t n = 0, count = q_value_count(list);
    q_str *ids = q_arena_array(a, count + 1, sizeof *ids);

    require(ids != NULL);
    for (const q_value *b = q_value_first(list); b; b = b->next)
        ids[n++] = q_value_str(b, Q_STR("Id"), Q_STR(""));
    qsort(ids, n, sizeof *ids, by_text);
    for (size_t i = 1; i < n; i++)
        require(!q_str_eq(ids[i - 1], ids[i]));
    for (const q_value *b = q_value_first(list); b; b = b->next)
        for (const q_value *r = q_value_first(q_value_get(b, Q_STR("Relationships"))); r;
             r = r->next)
            for (const q_value *id = q_value_first(q_value_get(r, Q_STR("Ids"))); id; id = id->next)
                require(bsearch(&id->s, ids, n, sizeof *ids, by_text) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const q_page_range all = {1, SIZE_MAX};
    static const q_question question = {Q_STR_INIT("What is the total?"), &all, 1};
    const q_wanted wanted = {
        Q_FEATURE_TABLES | Q_FEATURE_FORMS | Q_FEATURE_LAYOUT | Q_FEATURE_QUERIES, &question, 1};
    q_arena *a = q_arena_new((size_t)1 << 29);
    q_pages pages = {q_arena_array(a, MAX_PAGES, sizeof *pages.pages), 1};
    q_value *list = q_value_list(a), *queries = q_value_list(a);
    q_analysis analysis;

    require(pages.pages && list && queries);
    q_map_str(q_list_map(queries), Q_STR("Text"), question.text);
    pages.pages[0] = page_new(a);
    for (size_t i = 0; i + THING <= size && i / THING < MAX_THINGS; i += THING)
        put_thing(&pages, data + i, a);
    if (q_analysis_read(&pages, &wanted, a, &analysis, NULL) == Q_OK) {
        textract_document d = {&pages, &analysis, queries, true, textract__seed(&pages)};

        for (size_t i = 0; i < pages.count; i++)
            check_layout(&analysis.layouts[i], &pages.pages[i], a);
        textract__blocks(&d, list);
        require(q_value_ok(list, NULL) == Q_OK);
        check_blocks(list, a);
    }
    q_arena_free(a);
    return 0;
}
