/* Pages made of any bytes are read without harm, and what comes out is text
 * on the page: valid UTF-8, boxes inside, confidences from 0 to 100.
 *
 * A page is a list of words: four bytes of place and size, then text up to a
 * zero byte. A place of 255, 255 begins a new page.
 */
#include "document/expense.h"
#include "base/utf8.h"
#include "document/identity.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PAGES = 4, MAX_WORDS = 600 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static q_word word_of(const uint8_t *place, q_str text)
{
    q_word w = {.text = text, .confidence = (float)(place[2] % 101)};

    w.box = (q_box){place[0] / 256.0, place[1] / 256.0, (1 + (double)text.n) / 128, 0.008};
    w.box.height += (place[3] % 16) / 1024.0;
    w.box.width = fmin(w.box.width, 1 - w.box.left);
    w.box.height = fmin(w.box.height, 1 - w.box.top);
    return w;
}

static q_pages pages_of(q_arena *a, const uint8_t *data, size_t size)
{
    q_pages pages = {q_arena_array(a, MAX_PAGES, sizeof(q_page)), 0};

    while (size > 4 && pages.count < MAX_PAGES) {
        q_page *p = pages.pages + pages.count++;

        p->width_pt = 300 + data[0];
        p->height_pt = 400 + data[1];
        p->from_text_layer = data[2] & 1;
        p->words = q_arena_array(a, MAX_WORDS, sizeof(*p->words));
        while (size > 4 && p->word_count < MAX_WORDS) {
            const uint8_t *place = data, *end;

            data += 4;
            size -= 4;
            if (place[0] == 255 && place[1] == 255)
                break;
            end = memchr(data, 0, size);
            if (!end)
                end = data + size;
            if (end > data && q_utf8_valid((q_str){(const char *)data, (size_t)(end - data)}))
                p->words[p->word_count++] =
                    word_of(place, (q_str){(const char *)data, (size_t)(end - data)});
            size -= (size_t)(end - data);
            data = end;
            if (size) {
                data++;
                size--;
            }
        }
    }
    return pages;
}

static void check_text(const q_expense_text *t)
{
    const double slack = 1e-9;

    require(q_utf8_valid(t->text));
    if (!t->present)
        return;
    require(t->text.n > 0);
    require(t->confidence >= 0 && t->confidence <= 100);
    require(t->box.left >= -slack && q_box_right(t->box) <= 1 + slack);
    require(t->box.top >= -slack && q_box_bottom(t->box) <= 1 + slack);
}

static void check_field(const q_expense_field *f, size_t pages)
{
    require(f->type.n > 0 && q_utf8_valid(f->type));
    require(f->type_confidence >= 0 && f->type_confidence <= 100);
    require(f->value.present);
    require(f->page >= 1 && f->page <= pages);
    check_text(&f->label);
    check_text(&f->value);
}

static bool is_part_of_a_party(const q_expense_field *f)
{
    static const char *const types[] = {"NAME",  "ADDRESS",  "STREET", "CITY",
                                        "STATE", "ZIP_CODE", "COUNTRY"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (q_str_is(f->type, types[i]))
            return true;
    return false;
}

static void check(const q_expense *e, size_t pages)
{
    for (size_t i = 0; i < e->field_count; i++) {
        check_field(e->fields + i, pages);
        /* parts of parties, and only they, name a group; no name of the room's own gets out */
        require((e->fields[i].group.n > 0) == is_part_of_a_party(e->fields + i));
        require(e->fields[i].type.p[0] >= 'A' && e->fields[i].type.p[0] <= 'Z');
    }
    for (size_t t = 0; t < e->table_count; t++) {
        require(e->tables[t].count > 0);
        for (size_t i = 0; i < e->tables[t].count; i++) {
            const q_expense_item *item = e->tables[t].items + i;

            require(item->count > 0);
            for (size_t k = 0; k < item->count; k++)
                check_field(item->fields + k, pages);
            require(q_str_is(item->fields[item->count - 1].type, "EXPENSE_ROW"));
        }
    }
}

static void check_identities(const q_identity *all, size_t count, size_t pages)
{
    for (size_t i = 0; i < count; i++) {
        require(all[i].page >= 1 && all[i].page <= pages && all[i].field_count > 0);
        for (size_t k = 0; k < all[i].field_count; k++) {
            const q_identity_field *f = all[i].fields + k;

            require(f->type.n > 0 && q_utf8_valid(f->text));
            require(f->confidence >= 0 && f->confidence <= 100);
            require(!f->normalised.n || f->normalised.n == 19);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_pages pages = pages_of(a, data, size);
    q_identity *identities;
    size_t count;
    q_expense e;

    if (q_expense_read(&pages, a, &e, NULL) == Q_OK)
        check(&e, pages.count);
    if (q_identities_read(&pages, (q_day){2026, 1, 1}, a, &identities, &count, NULL) == Q_OK)
        check_identities(identities, count, pages.count);
    q_arena_free(a);
    return 0;
}
