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

static q_value *blocks(size_t from, size_t count, bool numbered)
{
    q_value *list = q_value_list(q_test_arena());
    q_pages pages = sample();

    textract__blocks(&pages, from, count, numbered, list);
    CHECK_EQ(q_value_ok(list, NULL), Q_OK);
    return list;
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
    q_value *list = blocks(0, SIZE_MAX, true);
    q_pages pages = sample();

    CHECK_EQ(textract__block_count(&pages), 7);
    CHECK_EQ(q_value_count(list), 7);
    for (size_t i = 0; i < 7; i++)
        CHECK_STREQ(member(at(list, i), "BlockType"), types[i]);
    CHECK_STREQ(member(at(list, 1), "Text"), "Pump seal");
    CHECK_STREQ(member(at(list, 5), "TextType"), "PRINTED");
    CHECK_EQ(q_value_int(at(list, 6), Q_STR("Page"), 0), 2);
    CHECK(q_value_get(at(blocks(0, 1, false), 0), Q_STR("Page")) == NULL);
}

TEST(textract_blocks_point_to_their_children)
{
    q_value *list = blocks(0, SIZE_MAX, true);
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
    q_str id = member(at(blocks(0, 1, true), 0), "Id");

    CHECK_EQ(id.n, 36);
    CHECK_EQ(id.p[8], '-');
    CHECK_EQ(id.p[14], '4');
    CHECK(q_str_has(Q_STR("89ab"), id.p[19]));
}

TEST(textract_windows_join_to_the_whole)
{
    q_value *whole = blocks(0, SIZE_MAX, true);

    for (size_t from = 0; from < 7; from += 2) {
        q_value *part = blocks(from, 2, true);
        q_buf a = q_buf_init(q_test_arena(), 10000), b = a;

        CHECK_EQ(q_value_count(part), from + 2 <= 7 ? 2 : 1);
        for (size_t i = 0; i < q_value_count(part); i++) {
            q_json_write(&a, at(part, i));
            q_json_write(&b, at(whole, from + i));
        }
        CHECK(q_str_eq(q_buf_str(&a), q_buf_str(&b)));
    }
}

TEST(textract_geometry_has_nine_decimals)
{
    const q_value *word = at(blocks(0, SIZE_MAX, true), 5);
    q_buf b = q_buf_init(q_test_arena(), 10000);

    q_json_write(&b, q_value_get(word, Q_STR("Geometry")));
    CHECK_STREQ(q_buf_str(&b),
                "{\"BoundingBox\":{\"Width\":0.1,\"Height\":0.333333333,\"Left\":0.8,\"Top\":0.2},"
                "\"Polygon\":[{\"X\":0.8,\"Y\":0.2},{\"X\":0.9,\"Y\":0.2},"
                "{\"X\":0.9,\"Y\":0.533333333},{\"X\":0.8,\"Y\":0.533333333}]}");
}

TEST_MAIN("service/textract_block")
