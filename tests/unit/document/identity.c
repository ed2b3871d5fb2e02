#include "document/identity.h"

#include "test.h"

static q_pages pages_of(const char *const *rows, size_t count)
{
    q_page *page = q_arena_array(q_test_arena(), 1, sizeof *page);

    CHECK(page);
    page->words = q_arena_array(q_test_arena(), 200, sizeof *page->words);
    CHECK(page->words);
    page->width_pt = 500;
    page->height_pt = 350;
    for (size_t r = 0; r < count; r++) {
        q_str row = q_str_of(rows[r]);

        for (size_t i = 0; i < row.n; i++) {
            size_t from = i;

            while (i < row.n && row.p[i] != ' ')
                i++;
            if (i > from)
                page->words[page->word_count++] =
                    (q_word){q_str_sub(row, from, i - from),
                             {0.02 + 0.02 * (double)from, 0.05 + 0.09 * (double)r,
                              0.02 * (double)(i - from), 0.05},
                             90};
        }
    }
    return (q_pages){page, 1};
}

static const char *const passport[] = {
    "PASSPORT                 UTOPIA",
    "Date of birth   12 AUG 1974",
    "Date of issue   16 APR 2007",
    "Date of expiry  15.04.2012",
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
};

static const q_day today = {2010, 6, 1};

static const q_identity_field *field(const q_identity *id, const char *type)
{
    for (size_t i = 0; i < id->field_count; i++)
        if (q_str_is(id->fields[i].type, type))
            return id->fields + i;
    CHECK(!"a type of the taxonomy");
    return NULL;
}

TEST(a_passport_gives_its_fields)
{
    q_pages pages = pages_of(passport, 6);
    q_identity *found;
    size_t count;

    CHECK_EQ(q_identities_read(&pages, today, q_test_arena(), &found, &count, NULL), Q_OK);
    CHECK_EQ(count, 1);
    CHECK_EQ(found->page, 1);
    CHECK_STREQ(field(found, "FIRST_NAME")->text, "ANNA");
    CHECK_STREQ(field(found, "MIDDLE_NAME")->text, "MARIA");
    CHECK_STREQ(field(found, "LAST_NAME")->text, "ERIKSSON");
    CHECK_STREQ(field(found, "DOCUMENT_NUMBER")->text, "L898902C3");
    CHECK_STREQ(field(found, "ID_TYPE")->text, "PASSPORT");
    CHECK_STREQ(field(found, "DATE_OF_BIRTH")->text, "12 AUG 1974");
    CHECK_STREQ(field(found, "DATE_OF_BIRTH")->normalised, "1974-08-12T00:00:00");
    CHECK_STREQ(field(found, "EXPIRATION_DATE")->text, "15.04.2012");
    CHECK_STREQ(field(found, "DATE_OF_ISSUE")->normalised, "2007-04-16T00:00:00");
    CHECK_STREQ(field(found, "VETERAN")->text, "");
    CHECK(field(found, "DOCUMENT_NUMBER")->confidence > 98);
    CHECK(field(found, "LAST_NAME")->confidence < 91);
    CHECK_EQ(field(found, "MRZ_CODE")->text.n, 44 + 1 + 44);
}

TEST(years_of_two_digits_are_told_by_the_day)
{
    static const char *const rows[] = {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                                       "L898902C36UTO7408122F1204159ZE184226B<<<<<10"};
    q_pages pages = pages_of(rows, 2);
    q_day later = {2080, 1, 1};
    q_identity *found;
    size_t count;

    CHECK_EQ(q_identities_read(&pages, later, q_test_arena(), &found, &count, NULL), Q_OK);
    CHECK_EQ(count, 1);
    CHECK_STREQ(field(found, "DATE_OF_BIRTH")->text, "2074-08-12");
    CHECK_STREQ(field(found, "EXPIRATION_DATE")->text, "2112-04-15");
    CHECK_STREQ(field(found, "DATE_OF_ISSUE")->text, "");
}

TEST(a_page_without_a_zone_has_none)
{
    q_pages pages = pages_of(passport, 4);
    q_identity *found;
    size_t count;

    CHECK_EQ(q_identities_read(&pages, today, q_test_arena(), &found, &count, NULL), Q_OK);
    CHECK_EQ(count, 0);
}

TEST_MAIN("document/identity")
