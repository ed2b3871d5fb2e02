#include "service/textract_block.h"

#include "base/json.h"
#include "test.h"

static q_pages sample(void)
{
    static q_word words[] = {{Q_STR_INIT("Pump"), {0.1, 0.2, 0.1, 0.05}, 98.5f},
                             {Q_STR_INIT("seal"), {0.25, 0.2, 0.1, 0.05}, 97},
                             {Q_STR_INIT("45.00"), {0.8, 0.2, 0.1, 1.0 / 3}, 99}};
    static q_line lines[] = {{Q_STR_INIT("Pump seal"), {0.1, 0.2, 0.25, 0.05}, 97.75f, 0, 2},
                             {Q_STR_INIT("45.00"), {0.8, 0.2, 0.1, 1.0 / 3}, 99, 2, 1}};
    static q_page pages[] = {{words, 3, lines, 2, 612, 792, false},
                             {.width_pt = 10, .height_pt = 20}};

    return (q_pages){pages, 2};
}

static q_value *blocks_of(const q_analysis *analysis, const q_value *queries, bool numbered)
{
    q_value *list = q_value_list(q_test_arena());
    q_pages pages = sample();
    textract_document d = {&pages, analysis, queries, numbered, textract__seed(&pages)};

    textract__blocks(&d, list);
    CHECK_EQ(q_value_ok(list, NULL), Q_OK);
    return list;
}

static q_value *blocks(bool numbered)
{
    return blocks_of(NULL, NULL, numbered);
}

static const q_value *at(const q_value *list, size_t index)
{
    const q_value *v = q_value_first(list);

    while (index--)
        v = v->next;
    return v;
}

static q_str member(const q_value *v, const char *name)
{
    return q_value_str(v, q_str_of(name), Q_STR("-"));
}

TEST(textract_blocks_come_by_page_lines_words)
{
    static const char *const types[] = {"PAGE", "LINE", "LINE", "WORD", "WORD", "WORD", "PAGE"};
    q_value *list = blocks(true);

    CHECK_EQ(q_value_count(list), 7);
    for (size_t i = 0; i < 7; i++)
        CHECK_STREQ(member(at(list, i), "BlockType"), types[i]);
    CHECK_STREQ(member(at(list, 1), "Text"), "Pump seal");
    CHECK_STREQ(member(at(list, 5), "TextType"), "PRINTED");
    CHECK_EQ(q_value_int(at(list, 6), Q_STR("Page"), 0), 2);
    CHECK(q_value_get(at(blocks(false), 0), Q_STR("Page")) == NULL);
}

TEST(textract_blocks_point_to_their_children)
{
    q_value *list = blocks(true);
    const q_value *ids =
        q_value_get(q_value_first(q_value_get(at(list, 1), Q_STR("Relationships"))), Q_STR("Ids"));

    CHECK_EQ(q_value_count(ids), 2);
    CHECK(q_str_eq(at(ids, 0)->s, member(at(list, 3), "Id")));
    CHECK(q_str_eq(at(ids, 1)->s, member(at(list, 4), "Id")));
    CHECK(q_value_get(at(list, 3), Q_STR("Relationships")) == NULL);
    CHECK(q_value_get(at(list, 6), Q_STR("Relationships")) == NULL);
    for (size_t i = 0; i < 7; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(!q_str_eq(member(at(list, i), "Id"), member(at(list, k), "Id")));
}

TEST(textract_ids_have_the_form_of_random_uuids)
{
    q_str id = member(at(blocks(true), 0), "Id");

    CHECK_EQ(id.n, 36);
    CHECK_EQ(id.p[8], '-');
    CHECK_EQ(id.p[14], '4');
    CHECK(q_str_has(Q_STR("89ab"), id.p[19]));
}

/* The first block of that type after the first `skip`. */
static const q_value *of_type(const q_value *list, const char *type, size_t skip)
{
    for (const q_value *v = q_value_first(list); v; v = v->next)
        if (q_str_is(member(v, "BlockType"), type) && skip-- == 0)
            return v;
    return NULL;
}

/* The Ids of a relationship. */
static const q_value *related(const q_value *block, const char *type)
{
    const q_value *list = q_value_get(block, Q_STR("Relationships"));

    for (const q_value *v = q_value_first(list); v; v = v->next)
        if (q_str_is(member(v, "Type"), type))
            return q_value_get(v, Q_STR("Ids"));
    return NULL;
}

static bool leads_to(const q_value *block, const char *type, size_t index, const q_value *other)
{
    const q_value *ids = related(block, type);

    return index < q_value_count(ids) && q_str_eq(at(ids, index)->s, member(other, "Id"));
}

/* Two rows of two columns, of which the first is one cell. */
static q_tables *sample_tables(void)
{
    static size_t first[] = {0, 1}, second[] = {2}, title[] = {0};
    static q_cell cells[] = {
        {0, 0, 1, 2, {0.1, 0.2, 0.8, 0.1}, {first, 2}, {NULL, 0}, true, false, false, 90},
        {1, 0, 1, 1, {0.1, 0.3, 0.4, 0.1}, {NULL, 0}, {NULL, 0}, false, false, false, 80},
        {1, 1, 1, 1, {0.5, 0.3, 0.4, 0.1}, {second, 1}, {NULL, 0}, false, false, true, 85}};
    static q_table table = {.box = {0.1, 0.2, 0.8, 0.2},
                            .rows = 2,
                            .columns = 2,
                            .cells = cells,
                            .cell_count = 3,
                            .title = {title, 1},
                            .structured = true,
                            .confidence = 91};
    static q_tables tables[2] = {{&table, 1}, {NULL, 0}};

    return tables;
}

TEST(textract_tables_have_a_cell_at_each_place)
{
    q_analysis analysis = {.tables = sample_tables()};
    q_value *list = blocks_of(&analysis, NULL, true);
    const q_value *table = of_type(list, "TABLE", 0), *merged = of_type(list, "MERGED_CELL", 0);
    const q_value *box;

    CHECK_EQ(q_value_count(related(table, "CHILD")), 4);
    for (size_t i = 0; i < 4; i++) {
        const q_value *cell = of_type(list, "CELL", i);

        CHECK(leads_to(table, "CHILD", i, cell));
        CHECK_EQ(q_value_int(cell, Q_STR("RowIndex"), 0), (int64_t)(1 + i / 2));
        CHECK_EQ(q_value_int(cell, Q_STR("ColumnIndex"), 0), (int64_t)(1 + i % 2));
        CHECK_EQ(q_value_int(cell, Q_STR("ColumnSpan"), 0), 1);
    }
    CHECK(leads_to(table, "MERGED_CELL", 0, merged));
    CHECK_EQ(q_value_int(merged, Q_STR("ColumnSpan"), 0), 2);
    CHECK(leads_to(merged, "CHILD", 1, of_type(list, "CELL", 1)));
    CHECK(leads_to(of_type(list, "CELL", 0), "CHILD", 1, of_type(list, "WORD", 1)));
    CHECK(related(of_type(list, "CELL", 1), "CHILD") == NULL);
    box = q_value_at(of_type(list, "CELL", 1), "Geometry", "BoundingBox", NULL);
    CHECK(q_value_double(box, Q_STR("Left"), 0) == 0.5);
    CHECK(leads_to(table, "TABLE_TITLE", 0, of_type(list, "TABLE_TITLE", 0)));
    CHECK(leads_to(of_type(list, "PAGE", 0), "CHILD", 2, table));
    CHECK_STREQ(q_value_first(q_value_get(table, Q_STR("EntityTypes")))->s, "STRUCTURED_TABLE");
    CHECK_STREQ(q_value_first(q_value_get(merged, Q_STR("EntityTypes")))->s, "COLUMN_HEADER");
}

TEST(textract_keys_lead_to_values_and_queries_to_answers)
{
    static size_t key[] = {0, 1}, value[] = {2};
    q_pair pair = {{key, 2},  {0.1, 0.2, 0.25, 0.05}, {value, 1},
                   {NULL, 0}, {0.8, 0.2, 0.1, 0.1},   88};
    q_form forms[2] = {{&pair, 1}, {NULL, 0}};
    q_page_answer found[] = {{1, {true, Q_STR("45.00"), {value, 1}, {0.8, 0.2, 0.1, 0.1}, 77}}};
    q_page_answers answers[2] = {{found, 1}, {NULL, 0}};
    q_analysis analysis = {.forms = forms, .answers = answers};
    q_value *queries = q_value_list(q_test_arena()), *list;
    const q_value *block;

    q_map_str(q_list_map(queries), Q_STR("Text"), Q_STR("What else?"));
    q_map_str(q_list_map(queries), Q_STR("Text"), Q_STR("What does it cost?"));
    list = blocks_of(&analysis, queries, true);
    block = of_type(list, "KEY_VALUE_SET", 0);
    CHECK(leads_to(block, "VALUE", 0, of_type(list, "KEY_VALUE_SET", 1)));
    CHECK(leads_to(block, "CHILD", 1, of_type(list, "WORD", 1)));
    CHECK(leads_to(of_type(list, "KEY_VALUE_SET", 1), "CHILD", 0, of_type(list, "WORD", 2)));
    block = of_type(list, "QUERY", 0);
    CHECK_STREQ(member(q_value_get(block, Q_STR("Query")), "Text"), "What does it cost?");
    CHECK(leads_to(block, "ANSWER", 0, of_type(list, "QUERY_RESULT", 0)));
    CHECK_STREQ(member(of_type(list, "QUERY_RESULT", 0), "Text"), "45.00");
}

TEST(textract_layout_lists_hold_their_items)
{
    static size_t lines[] = {0, 1};
    q_part parts[] = {
        {Q_PART_LIST, {0.1, 0.2, 0.8, 0.2}, {NULL, 0}, SIZE_MAX, 80},
        {Q_PART_TEXT, {0.1, 0.2, 0.25, 0.05}, {lines, 1}, 0, 80},
        {Q_PART_TEXT, {0.8, 0.2, 0.1, 0.3}, {lines + 1, 1}, 0, 80},
    };
    q_layout layouts[2] = {{parts, 3}, {NULL, 0}};
    q_analysis analysis = {.layouts = layouts};
    q_value *list = blocks_of(&analysis, NULL, true);
    const q_value *whole = of_type(list, "LAYOUT_LIST", 0);

    CHECK(leads_to(whole, "CHILD", 0, of_type(list, "LAYOUT_TEXT", 0)));
    CHECK(leads_to(whole, "CHILD", 1, of_type(list, "LAYOUT_TEXT", 1)));
    CHECK(leads_to(of_type(list, "LAYOUT_TEXT", 1), "CHILD", 0, of_type(list, "LINE", 1)));
    CHECK(leads_to(of_type(list, "PAGE", 0), "CHILD", 2, whole));
    CHECK_EQ(q_value_count(related(of_type(list, "PAGE", 0), "CHILD")), 3);
}

TEST(textract_geometry_has_nine_decimals)
{
    const q_value *word = at(blocks(true), 5);
    q_buf b = q_buf_init(q_test_arena(), 10000);

    q_json_write(&b, q_value_get(word, Q_STR("Geometry")));
    CHECK_STREQ(q_buf_str(&b),
                "{\"BoundingBox\":{\"Width\":0.1,\"Height\":0.333333333,\"Left\":0.8,\"Top\":0.2},"
                "\"Polygon\":[{\"X\":0.8,\"Y\":0.2},{\"X\":0.9,\"Y\":0.2},"
                "{\"X\":0.9,\"Y\":0.533333333},{\"X\":0.8,\"Y\":0.533333333}]}");
}

TEST_MAIN("service/textract_block")
