/* The specimens are those of ICAO Doc 9303: the state of Utopia issued them. */
#include "document/mrz.h"

#include "test.h"

static const char *const passport[] = {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                                       "L898902C36UTO7408122F1204159ZE184226B<<<<<10"};
static const char *const card[] = {"I<UTOD231458907<<<<<<<<<<<<<<<",
                                   "7408122F1204159UTO<<<<<<<<<<<6",
                                   "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"};
static const char *const small[] = {"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
                                    "D231458907UTO7408122F1204159<<<<<<<6"};

static void check_anna(const mrz *m)
{
    CHECK_STREQ(q_str_of(m->surname), "ERIKSSON");
    CHECK_STREQ(q_str_of(m->given), "ANNA MARIA");
    CHECK_STREQ(q_str_of(m->country), "UTO");
    CHECK_STREQ(q_str_of(m->nationality), "UTO");
    CHECK_EQ(m->sex, 'F');
    CHECK_EQ(m->birth[0], 74);
    CHECK_EQ(m->birth[1], 8);
    CHECK_EQ(m->birth[2], 12);
    CHECK_EQ(m->expiry[0], 12);
    CHECK_EQ(m->expiry[1], 4);
    CHECK_EQ(m->expiry[2], 15);
    CHECK_EQ(m->number_check, MRZ_AGREES);
    CHECK_EQ(m->birth_check, MRZ_AGREES);
    CHECK_EQ(m->expiry_check, MRZ_AGREES);
    CHECK_EQ(m->whole_check, MRZ_AGREES);
}

TEST(the_three_forms_are_read)
{
    mrz m;

    CHECK(mrz__parse(passport, 2, &m));
    check_anna(&m);
    CHECK_EQ(m.kind, 'P');
    CHECK_STREQ(q_str_of(m.number), "L898902C3");
    CHECK(mrz__parse(card, 3, &m));
    check_anna(&m);
    CHECK_EQ(m.kind, 'I');
    CHECK_STREQ(q_str_of(m.number), "D23145890");
    CHECK(mrz__parse(small, 2, &m));
    check_anna(&m);
    CHECK_STREQ(q_str_of(m.number), "D23145890");
}

TEST(a_long_number_goes_on_behind_its_place)
{
    static const char *const lines[] = {"I<UTOD23145890<7349<<<<<<<<<<<",
                                        "3407127M9507122UTO<<<<<<<<<<<2",
                                        "STEVENSON<<PETER<JOHN<<<<<<<<<"};
    mrz m;

    CHECK(mrz__parse(lines, 3, &m));
    CHECK_STREQ(q_str_of(m.number), "D23145890734");
    CHECK_EQ(m.number_check, MRZ_AGREES);
    CHECK_EQ(m.whole_check, MRZ_AGREES);
}

TEST(misread_characters_and_fillers_are_put_right)
{
    static const char *const lines[] = {"P<UT0ERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<",
                                        "L8989O2C36UTO74O8I22F12041S9ZE184226B<<<<10"};
    mrz m;

    CHECK(mrz__parse(lines, 2, &m));
    check_anna(&m);
    CHECK_STREQ(q_str_of(m.number), "L898902C3");
    CHECK_STREQ(q_str_of(m.lines[0]), "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
    CHECK_STREQ(q_str_of(m.lines[1]), passport[1]);
}

TEST(a_digit_that_differs_is_told)
{
    static const char *const lines[] = {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                                        "L898902C36UTO7408132F1204159ZE184226B<<<<<10"};
    mrz m;

    CHECK(mrz__parse(lines, 2, &m));
    CHECK_EQ(m.birth_check, MRZ_DIFFERS);
    CHECK_EQ(m.whole_check, MRZ_DIFFERS);
    CHECK_EQ(m.number_check, MRZ_AGREES);
}

TEST(other_lines_are_no_zone)
{
    static const char *const words[] = {"THEQUICKBROWNFOXJUMPSOVERTHELAZYDOGANDMORE12",
                                        "L898902C36UTO7408122F1204159ZE184226B<<<<<10"};
    static const char *const wrong[] = {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                                        "L898902C38UTO7408129F1204152ZE184226B<<<<<10"};
    mrz m;

    CHECK(!mrz__parse(words, 2, &m));
    CHECK(!mrz__parse(wrong, 2, &m));
    CHECK(!mrz__parse(passport, 1, &m));
    CHECK(!mrz__parse(card, 2, &m));
}

TEST(a_row_becomes_a_line)
{
    char out[64];

    CHECK_EQ(mrz__line(Q_STR("P<UTO ERIKSSON\xC2\xAB"
                             "ANNA\xE2\x80\xB9"),
                       out, sizeof out),
             20);
    CHECK_STREQ(q_str_of(out), "P<UTOERIKSSON<<ANNA<");
    CHECK_EQ(mrz__line(Q_STR("Date: 12"), out, sizeof out), 0);
    CHECK_EQ(mrz__line(Q_STR("LONGER THAN ITS ROOM"), out, 8), 0);
}

TEST_MAIN("document/mrz")
