#include "document/form.h"

#include "written.h"

#include "base/buf.h"

#include <string.h>

static void rule(q_page *p, double x0, double y0, double x1, double y1)
{
    q_rule *more = q_arena_array(q_test_arena(), p->marks.rule_count + 1, sizeof *more);

    if (p->marks.rule_count)
        memcpy(more, p->marks.rules, p->marks.rule_count * sizeof *more);
    more[p->marks.rule_count++] =
        (q_rule){{x0 / 600, y0 / 800, (x1 - x0 + 1) / 600, (y1 - y0 + 1) / 800}, x1 - x0 < y1 - y0};
    p->marks.rules = more;
}

static void tick(q_page *p, double x, double y, bool selected)
{
    q_tick *more = q_arena_array(q_test_arena(), p->marks.tick_count + 1, sizeof *more);

    if (p->marks.tick_count)
        memcpy(more, p->marks.ticks, p->marks.tick_count * sizeof *more);
    more[p->marks.tick_count++] = (q_tick){{x / 600, y / 800, 9.0 / 600, 9.0 / 800}, selected, 95};
    p->marks.ticks = more;
}

/* "key=value|key=value", as read; a ticked box is X, an empty one O. */
static q_str read(const q_page *page)
{
    q_buf b = q_buf_init(q_test_arena(), 100000);
    q_form f;
    q_str out;

    CHECK_EQ(q_form_read(page, q_test_arena(), &f, NULL), Q_OK);
    for (size_t i = 0; i < f.count; i++) {
        const q_pair *p = &f.pairs[i];

        if (i)
            q_buf_char(&b, '|');
        CHECK(p->key.count > 0);
        CHECK(p->confidence >= 0 && p->confidence <= 100);
        for (size_t k = 0; k < p->key.count; k++) {
            q_buf_puts(&b, k ? " " : "");
            q_buf_put(&b, page->words[p->key.items[k]].text);
        }
        q_buf_char(&b, '=');
        for (size_t k = 0; k < p->value.count; k++) {
            q_buf_puts(&b, k ? " " : "");
            q_buf_put(&b, page->words[p->value.items[k]].text);
        }
        for (size_t k = 0; k < p->ticks.count; k++)
            q_buf_char(&b, page->marks.ticks[p->ticks.items[k]].selected ? 'X' : 'O');
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

TEST(form_pairs_on_a_line)
{
    const put lines[] = {{50, 100, "Name: Ada Lovelace"},
                         {50, 130, "Date: 12/10/1843"},
                         {250, 130, "Phone: 555 1234"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Name:=Ada Lovelace|Date:=12/10/1843|Phone:=555 1234");
}

TEST(form_keys_without_colons_in_a_column)
{
    const put lines[] = {
        {50, 100, "Project Name"}, {200, 100, "Analytical Engine"}, {50, 120, "Project No."},
        {200, 120, "1843-7"},      {50, 140, "Department"},         {200, 140, "Mathematics"},
    };
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Project Name=Analytical Engine|Project No.=1843-7|"
                          "Department=Mathematics");
}

TEST(form_labels_above_their_values_in_boxes)
{
    const put lines[] = {{55, 104, "LAST NAME"},
                         {60, 122, "Lovelace"},
                         {255, 104, "BIRTH DATE"},
                         {260, 122, "10.12.1815"}};
    q_page p = page_of(lines, COUNT(lines));

    rule(&p, 50, 100, 450, 100);
    rule(&p, 50, 140, 450, 140);
    rule(&p, 50, 100, 50, 140);
    rule(&p, 250, 100, 250, 140);
    rule(&p, 450, 100, 450, 140);
    CHECK_STREQ(read(&p), "LAST NAME=Lovelace|BIRTH DATE=10.12.1815");
}

TEST(form_values_of_several_lines)
{
    const put lines[] = {{50, 100, "Address:"},
                         {150, 100, "St. James's Square 12"},
                         {150, 113, "Marylebone"},
                         {150, 126, "London W1"},
                         {50, 170, "Comments:"},
                         {50, 190, "The engine weaves algebraic patterns just as the loom"},
                         {50, 203, "weaves flowers and leaves, in a manner of speaking."}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Address:=St. James's Square 12 Marylebone London W1|"
                          "Comments:=The engine weaves algebraic patterns just as the loom "
                          "weaves flowers and leaves, in a manner of speaking.");
}

TEST(form_lines_to_write_on)
{
    const put lines[] = {{50, 100, "Signed at ________ London ________"},
                         {50, 140, "Division to be contacted Boston"},
                         {50, 170, "Sales persons to be contacted"}};
    q_page p = page_of(lines, COUNT(lines));

    rule(&p, 173, 151, 400, 151); /* under Boston and on */
    rule(&p, 200, 181, 400, 181);
    CHECK_STREQ(read(&p), "Signed at=London|Division to be contacted=Boston|"
                          "Sales persons to be contacted=");
}

TEST(form_boxes_to_tick)
{
    const put lines[] = {{50, 100, "Member:"},
                         {130, 100, "Yes"},
                         {180, 100, "No"},
                         {50, 130, "Hard Cover"},
                         {150, 130, "Soft Cover"}};
    q_page p = page_of(lines, COUNT(lines));

    tick(&p, 118, 100, true);
    tick(&p, 168, 100, false);
    tick(&p, 106, 130, false); /* behind their labels */
    tick(&p, 206, 130, true);
    CHECK_STREQ(read(&p), "Member:=Yes|Yes=X|No=O|Hard Cover=O|Soft Cover=X");
}

TEST(form_columns_under_heads)
{
    const put lines[] = {{50, 100, "Supplier"},     {200, 100, "Cost"},  {300, 100, "Quantity"},
                         {50, 125, "Kapuler & Co"}, {200, 125, "70.82"}, {300, 125, "12"},
                         {50, 150, "Facts Inc"},    {200, 150, "99.00"}, {300, 150, "7"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Supplier=Kapuler & Co|Supplier=Facts Inc|Cost=70.82|Cost=99.00|"
                          "Quantity=12|Quantity=7");
}

TEST(form_people_of_a_list)
{
    const put lines[] = {{50, 100, "cc:"},           {90, 100, "A. Byron"},
                         {90, 113, "C. Babbage"},    {190, 100, "M. Somerville"},
                         {50, 140, "Distribution:"}, {130, 140, "A. Byron"},
                         {130, 153, "C. Babbage"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "cc:=A. Byron|cc:=C. Babbage|cc:=M. Somerville|"
                          "Distribution:=A. Byron|Distribution:=C. Babbage");
}

TEST(form_tables_of_numbers)
{
    const put lines[] = {{55, 103, "Month"},   {155, 103, "Planned"}, {255, 103, "Actual"},
                         {55, 123, "03/1843"}, {155, 123, "12.00"},   {255, 123, "12.50"},
                         {55, 143, "04/1843"}, {155, 143, "14.00"},   {255, 143, "13.75"}};
    q_page p = page_of(lines, COUNT(lines));

    for (int i = 0; i < 4; i++) {
        rule(&p, 50, 100 + 20 * i, 350, 100 + 20 * i);
        rule(&p, 50 + 100 * i, 100, 50 + 100 * i, 160);
    }
    CHECK_STREQ(read(&p), "Month=03/1843|Month=04/1843|Planned=12.00|Planned=14.00|"
                          "Actual=12.50|Actual=13.75");
}

TEST(form_heads_of_two_lines)
{
    const put lines[] = {{50, 100, "Supplier"},   {200, 100, "Cost Per"}, {300, 100, "Quantity"},
                         {200, 113, "Interview"}, {300, 113, "(boxes)"},  {50, 140, "Kapuler & Co"},
                         {200, 140, "70.82"},     {300, 140, "12"},       {50, 165, "Facts Inc"},
                         {200, 165, "99.00"},     {300, 165, "7"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Supplier=Kapuler & Co|Supplier=Facts Inc|"
                          "Cost Per Interview=70.82|Cost Per Interview=99.00|"
                          "Quantity (boxes)=12|Quantity (boxes)=7");
}

TEST(form_head_over_a_head)
{
    const put lines[] = {{200, 87, "Total"},  {200, 100, "Cost"},  {300, 100, "Quantity"},
                         {200, 125, "70.82"}, {300, 125, "12"},    {200, 150, "99.00"},
                         {300, 150, "7"},     {200, 175, "98.00"}, {300, 175, "9"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Total Cost=70.82|Total Cost=99.00|Total Cost=98.00|"
                          "Quantity=12|Quantity=7|Quantity=9");
}

TEST(form_column_alone)
{
    const put lines[] = {{200, 100, "Score"}, {50, 120, "Overall"}, {200, 120, "1.7"},
                         {50, 140, "Men"},    {200, 140, "3.3"},    {50, 160, "25-34"},
                         {200, 160, "0.5"},   {50, 180, "35-44"},   {200, 180, "9.3"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Score=1.7|Score=3.3|Score=0.5|Score=9.3|Overall=1.7|Men=3.3|"
                          "25-34=0.5|35-44=9.3");
    p = page_of(lines, COUNT(lines) - 2); /* three are too few */
    CHECK_EQ(q_str_find(read(&p), q_str_of("Score=3.3")), SIZE_MAX);
}

TEST(form_columns_of_text)
{
    const put lines[] = {{50, 100, "Name"},        {200, 100, "Address"}, {50, 125, "True blue"},
                         {200, 125, "green yard"}, {50, 150, "Red"},      {200, 150, "grey yard"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_EQ(q_str_find(read(&p), q_str_of("Name=Red")), SIZE_MAX);
}

TEST(form_colons_in_values)
{
    const put lines[] = {{50, 100, "Tobacco: Sample No. 1166, RD 308"},
                         {50, 130, "Method: as in Annex: dried"},
                         {50, 160, "Name: Byron"},
                         {250, 160, "Date: 3"}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "Tobacco:=Sample No. 1166, RD 308|Method:=as in Annex: dried|"
                          "Name:=Byron|Date:=3");
}

TEST(form_values_on_lines_that_are_partly_seen)
{
    const put lines[] = {{50, 100, "Remarks:"},
                         {150, 100, "Moisture of the tar as told by near infrared"},
                         {150, 114, "spectroscopy"}};
    q_page p = page_of(lines, COUNT(lines));

    rule(&p, 150, 111, 480, 111);
    CHECK_STREQ(read(&p), "Remarks:=Moisture of the tar as told by near infrared spectroscopy");
}

TEST(form_columns_without_a_line_between)
{
    const put lines[] = {{55, 103, "Month"},  {155, 103, "Planned"}, {255, 103, "Actual"},
                         {355, 103, "Sum"},   {55, 123, "03/1843"},  {155, 123, "12.00"},
                         {255, 123, "12.50"}, {355, 123, "24.50"},   {55, 143, "04/1843"},
                         {155, 143, "14.00"}, {255, 143, "13.75"},   {355, 143, "27.75"}};
    q_page p = page_of(lines, COUNT(lines));
    const double at[] = {50, 150, 350, 450};

    for (int i = 0; i < 4; i++) {
        rule(&p, 50, 100 + 20 * i, 450, 100 + 20 * i);
        rule(&p, at[i], 100, at[i], 160);
    }
    CHECK_STREQ(read(&p), "Month=03/1843|Month=04/1843|Planned=12.00|Planned=14.00|"
                          "Actual=12.50|Actual=13.75|Sum=24.50|Sum=27.75");
}

TEST(form_prose_has_no_pairs)
{
    const put lines[] = {{50, 100, "The engine has no pretensions whatever to originate anything."},
                         {50, 113, "It can do whatever we know how to order it to perform, and it"},
                         {50, 126, "can follow analysis; but it has no power of anticipating any"},
                         {50, 139, "analytical relations or truths of any kind that we may name."}};
    q_page p = page_of(lines, COUNT(lines));

    CHECK_STREQ(read(&p), "");
    p = page_of(lines, 0);
    CHECK_STREQ(read(&p), "");
}

TEST_MAIN("document/form")
