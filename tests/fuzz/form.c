/* Pages of any words, lines and boxes are read as forms without harm and in time, and questions
 * to them are answered with words of the page.
 *
 * Five bytes a thing: kind (a word, a line or a box), place and size; a word's text follows up to
 * a zero byte. The first word of all is the question as well.
 */
#include "base/utf8.h"
#include "document/query.h"
#include "document/table.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THINGS = 800 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static q_box box_of(const uint8_t *b, double width, double height)
{
    double left = b[1] / 256.0, top = b[2] / 256.0;

    return (q_box){left, top, fmin(width, 1 - left), fmin(height, 1 - top)};
}

static void word_put(q_page *p, const uint8_t *b, q_str text)
{
    q_box box = box_of(b, (1 + (double)text.n) / 128, 0.008 + b[3] % 16 / 1024.0);
    q_line *l = &p->lines[p->line_count];

    p->words[p->word_count] = (q_word){text, box, (float)(b[4] % 101)};
    if (p->line_count && (b[0] & 4)) { /* on in the same line */
        l = &p->lines[p->line_count - 1];
        l->word_count++;
        l->box = q_box_join(l->box, box);
    } else {
        *l = (q_line){.text = text, .box = box, .first_word = p->word_count, .word_count = 1};
        p->line_count++;
    }
    p->word_count++;
}

static q_page page_of(q_arena *a, const uint8_t *data, size_t size)
{
    q_page p = {.width_pt = 612, .height_pt = 792, .marked = true};

    p.words = q_arena_array(a, MAX_THINGS, sizeof *p.words);
    p.lines = q_arena_array(a, MAX_THINGS, sizeof *p.lines);
    p.marks.rules = q_arena_array(a, MAX_THINGS, sizeof *p.marks.rules);
    p.marks.ticks = q_arena_array(a, MAX_THINGS, sizeof *p.marks.ticks);
    for (size_t n = 0; size > 5 && n < MAX_THINGS; n++) {
        const uint8_t *b = data, *end;

        data += 5;
        size -= 5;
        if (b[0] % 4 == 1) {
            bool upright = b[4] & 1;

            p.marks.rules[p.marks.rule_count++] = (q_rule){
                box_of(b, upright ? 0.001 : b[3] / 256.0, upright ? b[3] / 256.0 : 0.001), upright};
            continue;
        }
        if (b[0] % 4 == 2) {
            p.marks.ticks[p.marks.tick_count++] =
                (q_tick){box_of(b, b[3] / 4096.0, b[3] / 5120.0), b[4] & 1, (float)(b[4] % 101)};
            continue;
        }
        end = memchr(data, 0, size);
        if (!end)
            end = data + size;
        if (end > data && q_utf8_valid((q_str){(const char *)data, (size_t)(end - data)}))
            word_put(&p, b, (q_str){(const char *)data, (size_t)(end - data)});
        size -= (size_t)(end - data);
        data = end;
        if (size) {
            data++;
            size--;
        }
    }
    return p;
}

static void check_picks(const q_picks *p, size_t limit)
{
    for (size_t i = 0; i < p->count; i++)
        require(p->items[i] < limit);
}

static void check_box(q_box b)
{
    const double slack = 1e-9;

    require(b.left >= -slack && q_box_right(b) <= 1 + slack);
    require(b.top >= -slack && q_box_bottom(b) <= 1 + slack);
}

static void check_form(const q_page *page, const q_form *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const q_pair *p = &f->pairs[i];

        require(p->key.count > 0);
        require(p->confidence >= 0 && p->confidence <= 100);
        check_picks(&p->key, page->word_count);
        check_picks(&p->value, page->word_count);
        check_picks(&p->ticks, page->marks.tick_count);
        check_box(p->key_box);
        check_box(p->value_box);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_page page = page_of(a, data, size);
    q_tables tables = {0};
    q_form form;
    q_answer answer;
    q_expense expense;
    q_known known = {&page, &tables, &form, &expense};

    if (q_form_read(&page, a, &form, NULL) == Q_OK &&
        q_expense_read(&(q_pages){&page, 1}, a, &expense, NULL) == Q_OK) {
        check_form(&page, &form);
        if (page.word_count &&
            q_query_answer(&known, page.words[0].text, a, &answer, NULL) == Q_OK && answer.found) {
            require(answer.text.n > 0 && q_utf8_valid(answer.text));
            require(answer.confidence >= 0 && answer.confidence <= 100);
            check_picks(&answer.words, page.word_count);
            check_box(answer.box);
        }
    }
    q_arena_free(a);
    return 0;
}
