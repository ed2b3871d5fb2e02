#include "document/analysis.h"

#include "test.h"

/* Two pages, each with a pair and a table of words without lines around it. */
static q_pages sample(void)
{
    static const char *const rows[] = {"Item",  "Price",  "Pump", "45.00", "Valve",
                                       "12.50", "Gasket", "3.20", "Hose",  "7.80"};
    q_page *pages = q_arena_array(q_test_arena(), 2, sizeof *pages);

    for (size_t p = 0; p < 2; p++) {
        q_word *words = q_arena_array(q_test_arena(), 12, sizeof *words);
        q_line *lines = q_arena_array(q_test_arena(), 12, sizeof *lines);
        size_t n = 0;

        words[n++] = (q_word){Q_STR("Number:"), {0.1, 0.1, 0.1, 0.014}, 99};
        words[n++] = (q_word){p ? Q_STR("7732") : Q_STR("7731"), {0.21, 0.1, 0.06, 0.014}, 99};
        lines[0] = (q_line){
            p ? Q_STR("Number: 7732") : Q_STR("Number: 7731"), {0.1, 0.1, 0.17, 0.014}, 99, 0, 2};
        for (size_t i = 0; i < 10; i++, n++) {
            q_box box = {i % 2 ? 0.6 : 0.1, 0.3 + 0.025 * (double)(i / 2), 0.1, 0.014};

            words[n] = (q_word){q_str_of(rows[i]), box, 99};
            lines[n - 1] = (q_line){words[n].text, box, 99, n, 1};
        }
        pages[p] = (q_page){.words = words,
                            .word_count = 12,
                            .lines = lines,
                            .line_count = 11,
                            .width_pt = 612,
                            .height_pt = 792,
                            .from_text_layer = true,
                            .marked = true};
    }
    return (q_pages){pages, 2};
}

static q_analysis analyse(const q_pages *pages, const q_wanted *wanted)
{
    q_analysis a;

    CHECK_EQ(q_analysis_read(pages, wanted, q_test_arena(), &a, NULL), Q_OK);
    return a;
}

TEST(analysis_has_what_was_asked_for)
{
    q_pages pages = sample();
    q_analysis a = analyse(&pages, &(q_wanted){.features = Q_FEATURE_TABLES});

    CHECK(a.tables && !a.forms && !a.layouts && !a.answers);
    CHECK_EQ(a.tables[0].count, 1);
    CHECK_EQ(a.tables[1].items[0].columns, 2);
    a = analyse(&pages, &(q_wanted){.features = Q_FEATURE_FORMS | Q_FEATURE_LAYOUT});
    CHECK(!a.tables && a.forms && a.layouts && !a.answers);
    CHECK(a.forms[1].count >= 1);
    CHECK(a.layouts[0].count >= 2);
}

TEST(analysis_asks_the_pages_that_a_question_names)
{
    static const q_page_range second = {2, 2}, all = {1, SIZE_MAX};
    const q_question questions[] = {{Q_STR("What is the number?"), NULL, 0},
                                    {Q_STR("What is the number?"), &second, 1},
                                    {Q_STR("What does the pump cost?"), &all, 1}};
    q_pages pages = sample();
    q_analysis a = analyse(&pages, &(q_wanted){Q_FEATURE_QUERIES, questions, 3});

    CHECK_EQ(a.answers[0].count, 2);
    CHECK_EQ(a.answers[0].items[0].question, 0);
    CHECK(a.answers[0].items[0].answer.found);
    CHECK_STREQ(a.answers[0].items[0].answer.text, "7731");
    CHECK_EQ(a.answers[1].count, 2);
    CHECK_EQ(a.answers[1].items[0].question, 1);
    CHECK_STREQ(a.answers[1].items[0].answer.text, "7732");
    CHECK_EQ(a.answers[1].items[1].question, 2);
}

TEST(analysis_of_nothing_is_nothing)
{
    q_page blank = {.width_pt = 612, .height_pt = 792};
    q_pages none = {NULL, 0}, one = {&blank, 1};
    q_wanted everything = {
        Q_FEATURE_TABLES | Q_FEATURE_FORMS | Q_FEATURE_LAYOUT | Q_FEATURE_QUERIES, NULL, 0};
    q_analysis a = analyse(&none, &everything);

    a = analyse(&one, &everything);
    CHECK_EQ(a.tables[0].count + a.forms[0].count + a.layouts[0].count + a.answers[0].count, 0);
    CHECK(!q_analysis_needs_marks(0));
    CHECK(q_analysis_needs_marks(Q_FEATURE_QUERIES));
}

TEST_MAIN("document/analysis")
