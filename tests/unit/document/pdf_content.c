#include "document/pdf_content.h"

#include "test.h"

static const char pictures[] =
    "page   num  type   width height color comp bpc  enc interp  object ID x-ppi y-ppi size ratio\n"
    "--------------------------------------------------------------------------------------------\n"
    "   1     0 image     150   143  rgb     3   8  jpeg   no        14  0   300   286 9013B  14%\n"
    "   1     1 smask    2550  3300  gray    1   8  image  no        14  0   300   300 9013B  14%\n"
    "   1     2 image    1275  1650  gray    1   8  jpeg   no   [inline]     300   300 1.2M  14%\n"
    "   1     3 image    1275  1650  gray    1   8  jpeg   no        15  0     0   300 1.2M  14%\n";

TEST(the_largest_picture_counts)
{
    pdf_content c = {0};

    pdf_content__pictures(Q_STR(pictures), 612, 792, &c);
    CHECK_NEAR(c.picture, 0.25, 1e-9);
    pdf_content__pictures(Q_STR("   1     2 image    99999 99999  gray    1   8  jpeg   no"
                                "   [inline]     1     1 1.2M  14%\n"),
                          612, 792, &c);
    CHECK_NEAR(c.picture, 1, 1e-9); /* what sticks out of the page is not seen */
    pdf_content__pictures(Q_STR("nothing\n"), 612, 792, &c);
    CHECK_NEAR(c.picture, 0, 0);
}

static bool unmapped(const char *row)
{
    pdf_content c = {0};

    pdf_content__fonts(q_str_of(row), &c);
    return c.unmapped;
}

TEST(fonts_that_number_their_shapes_want_a_map)
{
    CHECK(
        unmapped("ABCDEF+Deja Vu     CID TrueType      Identity-H       yes yes no       6  0\n"));
    CHECK(
        !unmapped("ABCDEF+DejaVu     CID TrueType      Identity-H       yes yes yes      6  0\n"));
    CHECK(unmapped("[none]            Type 3            Custom           yes no  no       6  0\n"));
    CHECK(unmapped("X                 TrueType          Builtin          yes no  no       6  0\n"));
    CHECK(
        !unmapped("Helvetica         Type 1            WinAnsi          no  no  no       6  0\n"));
    CHECK(
        !unmapped("CMR10             Type 1            Builtin          yes yes no       6  0\n"));
    CHECK(!unmapped("short no\n"));
}

static page__words words_of(const char *const *texts, size_t n)
{
    page__words w = {.arena = q_test_arena()};

    for (size_t i = 0; i < n; i++)
        CHECK_EQ(page__words_add(&w, (page__word){.text = q_str_of(texts[i])}, NULL), Q_OK);
    return w;
}

TEST(a_layer_that_says_other_words_does_not_agree)
{
    static const char *const said[] = {"7KLV", ",QYRLFH", "WRWDO", "VXP"};
    static const char *const seen[] = {"This", "Invoice", "total", "amount"};
    static const char *const mixed[] = {"Invoice", "total", "x", "y"};
    page__words a = words_of(said, 4), b = words_of(seen, 4), c = words_of(mixed, 4);
    page__words few = words_of(seen, 2), none = words_of(NULL, 0);
    bool agrees;

    CHECK_EQ(pdf_content__agrees(&a, &b, &agrees, NULL), Q_OK);
    CHECK(!agrees);
    CHECK_EQ(pdf_content__agrees(&c, &b, &agrees, NULL), Q_OK);
    CHECK(agrees);
    CHECK_EQ(pdf_content__agrees(&a, &few, &agrees, NULL), Q_OK);
    CHECK(agrees); /* too little to compare */
    CHECK_EQ(pdf_content__agrees(&none, &none, &agrees, NULL), Q_OK);
    CHECK(agrees);
}

TEST_MAIN("document/pdf_content")
