#include "document/layout.h"

#include "document/layout_parts.h"
#include "test.h"

#include <string.h>

/* A page of Letter size, written line by line in points. */
typedef struct sketch {
    q_page page;
    q_word words[200];
    q_line lines[100];
} sketch;

static sketch *sketch_new(void)
{
    sketch *s = q_arena_alloc(q_test_arena(), sizeof *s);

    CHECK(s != NULL);
    s->page = (q_page){.words = s->words,
                       .lines = s->lines,
                       .width_pt = 612,
                       .height_pt = 792,
                       .from_text_layer = true};
    return s;
}

/* A line whose letters are half as wide as high; its words are one word here. */
static void put(sketch *s, double left, double top, double height, const char *text)
{
    q_page *p = &s->page;
    q_box box = {left / 612, top / 792, height / 2 * (double)strlen(text) / 612, height / 792};

    CHECK(p->line_count < 100);
    p->words[p->word_count] = (q_word){q_str_of(text), box, 99};
    p->lines[p->line_count++] = (q_line){q_str_of(text), box, 99, p->word_count++, 1};
}

static void put_paragraph(sketch *s, double left, double top, size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        put(s, left, top + 13 * (double)i, 10, "running text that fills its column evenly");
}

static q_layout layout_of(const sketch *s, const q_tables *tables, const q_form *form)
{
    static const q_tables no_tables;
    static const q_form no_form;
    q_layout layout;

    CHECK_EQ(q_layout_read(&s->page, tables ? tables : &no_tables, form ? form : &no_form,
                           q_test_arena(), &layout, NULL),
             Q_OK);
    return layout;
}

static void check_kinds(const q_layout *layout, const q_part_kind *kinds, size_t count)
{
    CHECK_EQ(layout->count, count);
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(layout->parts[i].kind, kinds[i]);
}

TEST(layout_tells_title_headers_and_text)
{
    static const q_part_kind kinds[] = {Q_PART_HEADER,         Q_PART_TITLE, Q_PART_TEXT,
                                        Q_PART_SECTION_HEADER, Q_PART_TEXT,  Q_PART_TEXT,
                                        Q_PART_PAGE_NUMBER};
    sketch *s = sketch_new();
    q_layout layout;

    put(s, 60, 30, 9, "Annual report of the waterworks");
    put(s, 60, 90, 22, "The year in figures");
    put_paragraph(s, 60, 130, 4);
    put(s, 60, 210, 13, "2 Supply");
    put_paragraph(s, 60, 228, 3);
    put_paragraph(s, 60, 290, 3);
    put(s, 300, 755, 9, "Page 7");
    layout = layout_of(s, NULL, NULL);
    check_kinds(&layout, kinds, 7);
    CHECK_EQ(layout.parts[2].lines.count, 4);
}

TEST(layout_parts_a_heading_from_the_text_close_below)
{
    sketch *s = sketch_new();
    q_layout layout;

    put_paragraph(s, 60, 100, 3);
    put(s, 60, 160, 10, "Rating Rationale");
    put_paragraph(s, 60, 173, 3);
    layout = layout_of(s, NULL, NULL);
    CHECK_EQ(layout.count, 3);
    CHECK_EQ(layout.parts[1].kind, Q_PART_SECTION_HEADER);
}

TEST(layout_reads_columns_one_after_the_other)
{
    sketch *s = sketch_new();
    q_layout layout;

    put(s, 60, 60, 22, "One title over both columns");
    put_paragraph(s, 60, 120, 5);
    put_paragraph(s, 330, 120, 5);
    put_paragraph(s, 60, 220, 5);
    put_paragraph(s, 330, 220, 5);
    layout = layout_of(s, NULL, NULL);
    CHECK_EQ(layout.count, 5);
    CHECK_EQ(layout.parts[1].lines.items[0], 1);
    CHECK_EQ(layout.parts[2].lines.items[0], 11);
    CHECK_EQ(layout.parts[3].lines.items[0], 6);
    CHECK_EQ(layout.parts[4].lines.items[0], 16);
}

TEST(layout_keeps_items_in_lists)
{
    static const q_part_kind kinds[] = {Q_PART_TEXT, Q_PART_LIST, Q_PART_TEXT,
                                        Q_PART_TEXT, Q_PART_TEXT, Q_PART_TEXT};
    sketch *s = sketch_new();
    q_layout layout;

    put_paragraph(s, 60, 100, 3);
    put(s, 70, 150, 10, "\xe2\x80\xa2 water from the spring");
    put(s, 80, 163, 10, "and from the lake");
    put(s, 70, 180, 10, "\xe2\x80\xa2 salt");
    put(s, 70, 193, 10, "\xe2\x80\xa2 flour");
    put_paragraph(s, 60, 230, 3);
    layout = layout_of(s, NULL, NULL);
    check_kinds(&layout, kinds, 6);
    CHECK_EQ(layout.parts[1].lines.count, 0);
    CHECK_EQ(layout.parts[2].list, 1);
    CHECK_EQ(layout.parts[2].lines.count, 2);
    CHECK_EQ(layout.parts[4].list, 1);
    CHECK(layout.parts[5].list == SIZE_MAX);
    CHECK(q_box_bottom(layout.parts[1].box) >= q_box_bottom(layout.parts[4].box));
}

TEST(layout_parts_paragraphs_by_indent_and_by_space)
{
    sketch *s = sketch_new();
    q_layout layout;

    put_paragraph(s, 60, 100, 3);
    put(s, 80, 139, 10, "a first line that is set in as in books");
    put_paragraph(s, 60, 152, 2);
    put_paragraph(s, 60, 200, 2);
    layout = layout_of(s, NULL, NULL);
    CHECK_EQ(layout.count, 3);
    CHECK_EQ(layout.parts[1].lines.count, 3);
}

TEST(layout_reads_double_spaced_text_as_one)
{
    sketch *s = sketch_new();
    q_layout layout;

    for (size_t i = 0; i < 12; i++)
        put(s, 60, 100 + 28 * (double)i, 12, "typewritten pleadings stand far apart from each");
    layout = layout_of(s, NULL, NULL);
    CHECK_EQ(layout.count, 1);
    CHECK_EQ(layout.parts[0].lines.count, 12);
}

TEST(layout_takes_tables_figures_and_forms_whole)
{
    static const q_part_kind kinds[] = {Q_PART_TEXT, Q_PART_TABLE, Q_PART_FIGURE, Q_PART_KEY_VALUE};
    static size_t keys[] = {5, 7}, values[] = {6, 8};
    q_table table = {.box = {50.0 / 612, 195.0 / 792, 500.0 / 612, 40.0 / 792}, .confidence = 90};
    q_tables tables = {&table, 1};
    q_box figures[] = {{50.0 / 612, 300.0 / 792, 200.0 / 612, 100.0 / 792},
                       {50.0 / 612, 190.0 / 792, 500.0 / 612, 50.0 / 792}};
    q_pair pairs[] = {{.key = {&keys[0], 1}, .value = {&values[0], 1}},
                      {.key = {&keys[1], 1}, .value = {&values[1], 1}}};
    q_form form = {pairs, 2};
    sketch *s = sketch_new();
    q_layout layout;

    put_paragraph(s, 60, 100, 2);
    put(s, 60, 200, 10, "Pump");
    put(s, 400, 200, 10, "45.00");
    put(s, 120, 350, 10, "Fig. 1");
    put(s, 60, 450, 10, "Name:");
    put(s, 110, 450, 10, "Ada Lovelace");
    put(s, 60, 465, 10, "Born:");
    put(s, 110, 465, 10, "1815");
    s->page.marks.figures = figures; /* the second is the table */
    s->page.marks.figure_count = 2;
    layout = layout_of(s, &tables, &form);
    check_kinds(&layout, kinds, 4);
    CHECK_EQ(layout.parts[1].lines.count, 2);
    CHECK_EQ(layout.parts[2].lines.count, 1);
    CHECK_EQ(layout.parts[3].lines.count, 4);
    form.count = 1; /* one pair is no form */
    layout = layout_of(s, &tables, &form);
    CHECK(layout.parts[3].kind != Q_PART_KEY_VALUE);
}

TEST(layout_puts_bullets_to_their_items)
{
    sketch *s = sketch_new();
    q_layout layout;

    put_paragraph(s, 60, 100, 3);
    for (size_t i = 0; i < 3; i++) {
        put(s, 90, 160 + 30 * (double)i, 10, "an item of a list that goes on");
        put(s, 90, 173 + 30 * (double)i, 10, "in a second line");
        put(s, 70, 161 + 30 * (double)i, 8, "\xe2\x80\xa2");
    }
    layout = layout_of(s, NULL, NULL);
    CHECK_EQ(layout.count, 5);
    CHECK_EQ(layout.parts[1].kind, Q_PART_LIST);
    for (size_t i = 2; i < 5; i++) {
        CHECK_EQ(layout.parts[i].list, 1);
        CHECK_EQ(layout.parts[i].lines.count, 3);
    }
}

TEST(layout_reads_lines_of_two_fonts_as_one_paragraph)
{
    sketch *s = sketch_new();

    for (size_t i = 0; i < 6; i++)
        put(s, 60, 100 + 12 * (double)i + (i % 2 ? 3 : 0), i % 2 ? 8.7 : 12.3,
            i % 2 ? "a line whose letters come from another font file" : "running text of a font");
    CHECK_EQ(layout_of(s, NULL, NULL).count, 1);
}

TEST(layout_has_every_line_once)
{
    sketch *s = sketch_new();
    bool seen[100] = {false};
    q_layout layout;

    for (size_t i = 0; i < 100; i++) /* anywhere */
        put(s, (double)(i * 7919 % 500), (double)(i * 104729 % 780), 6 + (double)(i % 17),
            i % 3 ? "words of any kind" : "3. counted");
    layout = layout_of(s, NULL, NULL);
    for (size_t i = 0; i < layout.count; i++)
        for (size_t k = 0; k < layout.parts[i].lines.count; k++) {
            CHECK(!seen[layout.parts[i].lines.items[k]]);
            seen[layout.parts[i].lines.items[k]] = true;
        }
    for (size_t i = 0; i < 100; i++)
        CHECK(seen[i]);
}

TEST(layouts_tell_headers_by_what_pages_repeat)
{
    q_page *pages = q_arena_array(q_test_arena(), 2, sizeof *pages);
    q_layout layouts[2];
    q_pages both = {pages, 2};

    for (size_t i = 0; i < 2; i++) {
        sketch *s = sketch_new();

        put(s, 60, 80, 10, i ? "Chapter 3, side 18" : "Chapter 3, side 7");
        put(s, 300, 80, 10, i ? "Of salt" : "Of water");
        put_paragraph(s, 60, 200, 5);
        pages[i] = s->page;
        layouts[i] = layout_of(s, NULL, NULL);
    }
    q_layouts_compare(&both, layouts);
    CHECK_EQ(layouts[0].parts[0].kind, Q_PART_HEADER);
    CHECK_EQ(layouts[1].parts[0].kind, Q_PART_HEADER);
    CHECK(layouts[1].parts[1].kind != Q_PART_HEADER);
}

TEST(layout_knows_page_numbers)
{
    CHECK(layout__is_page_number(Q_STR("12")));
    CHECK(layout__is_page_number(Q_STR("- 3 -")));
    CHECK(layout__is_page_number(Q_STR("Page 3 of 12")));
    CHECK(layout__is_page_number(Q_STR("3/12")));
    CHECK(layout__is_page_number(Q_STR("xiv")));
    CHECK(!layout__is_page_number(Q_STR("12 May")));
    CHECK(!layout__is_page_number(Q_STR("$12")));
    CHECK(!layout__is_page_number(Q_STR("")));
}

TEST(layout_knows_how_items_begin)
{
    bool bullet;

    CHECK(layout__item_text(Q_STR("\xe2\x80\xa2 salt"), &bullet) && bullet);
    CHECK(layout__item_text(Q_STR("- salt"), &bullet) && bullet);
    CHECK(layout__item_text(Q_STR("(a) salt"), &bullet) && !bullet);
    CHECK(layout__item_text(Q_STR("12. salt"), &bullet));
    CHECK(layout__item_text(Q_STR("iv) salt"), &bullet));
    CHECK(!layout__item_text(Q_STR("Mr. Salt"), &bullet));
    CHECK(!layout__item_text(Q_STR("-5 degrees"), &bullet));
    CHECK(!layout__item_text(Q_STR("1."), &bullet));
}

TEST_MAIN("document/layout")
