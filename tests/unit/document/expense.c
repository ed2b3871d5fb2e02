#include "document/expense.h"

#include "base/utf8.h"
#include "test.h"

/* A page is drawn as text: each string is a row, each column of characters a
 * place. Two blanks or more part runs, as a table's columns do.
 */
static q_pages pages_of(q_arena *a, const char *const *rows, size_t count)
{
    q_page *page = q_arena_array(a, 1, sizeof(*page));
    size_t n = 0;

    CHECK(page);
    page->words = q_arena_array(a, 1000, sizeof(*page->words));
    page->width_pt = 600;
    page->height_pt = 840;
    for (size_t r = 0; r < count; r++) {
        q_str row = q_str_of(rows[r]);

        for (size_t i = 0; i < row.n; i++) {
            size_t from = i;

            while (i < row.n && row.p[i] != ' ')
                i++;
            if (i == from)
                continue;
            page->words[n++] = (q_word){
                q_str_sub(row, from, i - from),
                {0.05 + 0.01 * (double)from, 0.05 + 0.0175 * (double)r,
                 0.01 * (double)(i - from) - 0.002, 0.0125},
                95,
            };
        }
    }
    page->word_count = n;
    return (q_pages){page, 1};
}

static const char *const invoice[] = {
    "Harrow & Finch Supply Ltd                             INVOICE",
    "12 Mill Road",
    "Leeds, LS1 4AP",
    "Phone: 0113 496 0000",
    "",
    "Bill To                                   Invoice Number:   35678-9",
    "Example Corporation                       Invoice Date:   14/05/2019",
    "1200 Market Street                        Due Date:       13/06/2019",
    "Springfield, IL 62701                     PO Number:        PO-4471",
    "",
    "Date        Item            Description       Qty   Unit Price   Amount",
    "5/10/1019   Merchant One    Desks               2       750.00  1500.00",
    "5/11/2019   Merchant Two    Team Dinner         1       100.00   100.00",
    "5/13/2019   Merchant Three  Printer             1       200.00   200.00",
    "",
    "                                         Subtotal             $1,800.00",
    "                                         VAT 20%                $360.00",
    "                                         Total                $2,160.00",
    "",
    "VAT no: GB123456789    www.harrowfinch.example",
};

static void read_rows(const char *const *rows, size_t count, q_expense *out)
{
    q_pages pages = pages_of(q_test_arena(), rows, count);

    CHECK_EQ(q_expense_read(&pages, q_test_arena(), out, NULL), Q_OK);
}

static q_str value(const q_expense *e, const char *type)
{
    const q_expense_field *f = q_expense_get(e, type);

    return f ? f->value.text : (q_str){"", 0};
}

static q_str cell(const q_expense_item *item, const char *type)
{
    for (size_t i = 0; i < item->count; i++)
        if (q_str_is(item->fields[i].type, type))
            return item->fields[i].value.text;
    return (q_str){"", 0};
}

TEST(an_invoice_gives_its_fields)
{
    q_expense e;

    read_rows(invoice, sizeof(invoice) / sizeof(*invoice), &e);
    CHECK(e.is_expense);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "Harrow & Finch Supply Ltd");
    CHECK_STREQ(value(&e, "VENDOR_ADDRESS"), "12 Mill Road\nLeeds, LS1 4AP");
    CHECK_STREQ(value(&e, "VENDOR_PHONE"), "0113 496 0000");
    CHECK_STREQ(value(&e, "VENDOR_URL"), "www.harrowfinch.example");
    CHECK_STREQ(value(&e, "VENDOR_VAT_NUMBER"), "GB123456789");
    CHECK_STREQ(value(&e, "RECEIVER_NAME"), "Example Corporation");
    CHECK_STREQ(value(&e, "RECEIVER_ADDRESS"), "1200 Market Street\nSpringfield, IL 62701");
    CHECK_STREQ(value(&e, "INVOICE_RECEIPT_ID"), "35678-9");
    CHECK_STREQ(value(&e, "INVOICE_RECEIPT_DATE"), "14/05/2019");
    CHECK_STREQ(value(&e, "DUE_DATE"), "13/06/2019");
    CHECK_STREQ(value(&e, "PO_NUMBER"), "PO-4471");
    CHECK_STREQ(value(&e, "SUBTOTAL"), "$1,800.00");
    CHECK_STREQ(value(&e, "TAX"), "$360.00");
    CHECK_STREQ(value(&e, "TOTAL"), "$2,160.00");
    CHECK_STREQ(q_expense_get(&e, "TOTAL")->currency, "USD");
    CHECK_STREQ(q_expense_get(&e, "TOTAL")->label.text, "Total");
}

TEST(an_invoice_gives_its_line_items)
{
    q_expense e;
    const q_expense_item *item;

    read_rows(invoice, sizeof(invoice) / sizeof(*invoice), &e);
    CHECK_EQ(e.table_count, 1);
    CHECK_EQ(e.tables[0].count, 3);
    item = e.tables[0].items;
    CHECK_STREQ(cell(item, "ITEM"), "Merchant One");
    CHECK_STREQ(cell(item, "QUANTITY"), "2");
    CHECK_STREQ(cell(item, "UNIT_PRICE"), "750.00");
    CHECK_STREQ(cell(item, "PRICE"), "1500.00");
    CHECK_STREQ(item->fields[0].type, "OTHER");
    CHECK_STREQ(item->fields[0].label.text, "Date");
    CHECK_STREQ(item->fields[0].value.text, "5/10/1019");
    CHECK_STREQ(item->fields[item->count - 1].type, "EXPENSE_ROW");
    CHECK_STREQ(item->fields[item->count - 1].value.text,
                "5/10/1019 Merchant One Desks 2 750.00 1500.00");
}

TEST(a_german_invoice_is_read)
{
    static const char *const rows[] = {
        "                                             Mühle Nord GmbH",
        "Mühle Nord GmbH • Hafenweg 3 • 24103 Kiel    Telefon: 0431 123456",
        "",
        "Frau",
        "Anna Beispiel",
        "Lindenstraße 8",
        "20095 Hamburg",
        "",
        "Rechnung Nr. 2021-0815 vom 03.02.2021",
        "",
        "Pos  Bezeichnung        Menge   Einzelpreis   Gesamtpreis",
        "1    Roggenmehl            10        2,50 €       25,00 €",
        "2    Haferflocken           4        3,00 €       12,00 €",
        "",
        "     Zwischensumme                                37,00 €",
        "     MwSt. 7 %                                     2,59 €",
        "     Gesamtbetrag                                 39,59 €",
        "",
        "Bitte überweisen Sie bis zum 17.02.2021. USt-IdNr: DE123456789",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK(e.is_expense);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "Mühle Nord GmbH");
    CHECK_STREQ(value(&e, "RECEIVER_NAME"), "Frau\nAnna Beispiel");
    CHECK_STREQ(value(&e, "RECEIVER_ADDRESS"), "Lindenstraße 8\n20095 Hamburg");
    CHECK_STREQ(value(&e, "INVOICE_RECEIPT_ID"), "2021-0815");
    CHECK_STREQ(value(&e, "INVOICE_RECEIPT_DATE"), "03.02.2021");
    CHECK_STREQ(value(&e, "DUE_DATE"), "17.02.2021");
    CHECK_STREQ(value(&e, "SUBTOTAL"), "37,00 €");
    CHECK_STREQ(value(&e, "TAX"), "2,59 €");
    CHECK_STREQ(value(&e, "TOTAL"), "39,59 €");
    CHECK_EQ(e.tables[0].count, 2);
    CHECK_STREQ(cell(e.tables[0].items + 1, "ITEM"), "Haferflocken");
    CHECK_STREQ(cell(e.tables[0].items + 1, "PRICE"), "12,00 €");
}

TEST(a_receipt_pays_less_the_change)
{
    static const char *const rows[] = {
        "      CORNER BAKERY SDN BHD",
        "      NO 7, JALAN MAWAR 2",
        "      81100 JOHOR BAHRU",
        "      TEL: 07-5551234",
        "      12/04/2018 09:41",
        "",
        "BREAD WHITE             3.50",
        "BUTTER                  6.20",
        "",
        "TOTAL RM                9.72",
        "ROUNDING ADJUSTMENT    -0.02",
        "ROUNDED TOTAL           9.70",
        "CASH                   10.00",
        "CHANGE                  0.30",
        "",
        "THANK YOU",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK(e.is_expense);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "CORNER BAKERY SDN BHD");
    CHECK_STREQ(value(&e, "VENDOR_ADDRESS"), "NO 7, JALAN MAWAR 2\n81100 JOHOR BAHRU");
    CHECK_STREQ(value(&e, "INVOICE_RECEIPT_DATE"), "12/04/2018");
    CHECK_STREQ(value(&e, "TOTAL"), "9.70");
    CHECK_STREQ(value(&e, "AMOUNT_PAID"), "10.00");
}

TEST(a_receipts_address_begins_behind_the_registration)
{
    static const char *const rows[] = {
        "      88 DAILY POINT (519537-X)",
        "      NO: G3, BLOCK G, LEVEL 2",
        "      FIRST FLOOR, THE GARDEN VALLEY SHOPPING MALL",
        "      41150 KLANG",
        "",
        "BREAD WHITE             3.50",
        "TOTAL RM                3.50",
        "CASH                    3.50",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "88 DAILY POINT");
    CHECK_STREQ(
        value(&e, "VENDOR_ADDRESS"),
        "NO: G3, BLOCK G, LEVEL 2\nFIRST FLOOR, THE GARDEN VALLEY SHOPPING MALL\n41150 KLANG");
}

TEST(a_vendors_name_goes_on_behind_a_word_in_brackets)
{
    static const char *const rows[] = {
        "      MILLER CO. (M) BHD (126926-H)",
        "      NO 7, JALAN MAWAR 2",
        "      81100 JOHOR BAHRU",
        "",
        "TOTAL RM                9.72",
        "CASH                    9.72",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "MILLER CO. (M) BHD");
}

TEST(a_receipt_gives_items_without_column_heads)
{
    static const char *const rows[] = {
        "      GREEN GROCER ENTERPRISE", "      RECEIPT NO: 4471",
        "APPLES RED              4.50",  "ORANGE JUICE 1L",
        "2 x 3.10                6.20",  "SUBTOTAL               10.70",
        "TOTAL                  10.70",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_EQ(e.table_count, 1);
    CHECK_EQ(e.tables[0].count, 2);
    CHECK_STREQ(cell(e.tables[0].items, "ITEM"), "APPLES RED");
    CHECK_STREQ(cell(e.tables[0].items, "PRICE"), "4.50");
    CHECK_STREQ(cell(e.tables[0].items + 1, "ITEM"), "ORANGE JUICE 1L");
    CHECK_STREQ(cell(e.tables[0].items + 1, "QUANTITY"), "2");
    CHECK_STREQ(cell(e.tables[0].items + 1, "UNIT_PRICE"), "3.10");
    CHECK_STREQ(cell(e.tables[0].items + 1, "EXPENSE_ROW"), "ORANGE JUICE 1L\n2 x 3.10 6.20");
}

TEST(a_wrapped_cell_is_joined_and_a_remark_is_not)
{
    static const char *const rows[] = {
        "INVOICE",
        "",
        "Item            Category         Qty     Amount",
        "Standing desk   Office furniture   1     500.00",
        "with drawers    and fittings",
        "Lamp            Lights             2      40.00",
        "GTIN: 40123",
        "",
        "                Total                    540.00",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_EQ(e.table_count, 1);
    CHECK_EQ(e.tables[0].count, 2);
    CHECK_STREQ(cell(e.tables[0].items, "ITEM"), "Standing desk\nwith drawers");
    CHECK_STREQ(cell(e.tables[0].items + 1, "ITEM"), "Lamp");
}

TEST(a_rounded_total_is_the_one_that_is_paid)
{
    static const char *const rows[] = {
        "      GREEN GROCER ENTERPRISE", "APPLES RED             60.31",
        "TOTAL AMT              60.31",  "ROUNDING ADJ           -0.01",
        "                       60.30",  "CASH                   70.30",
        "CHANGE                 10.00",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "TOTAL"), "60.30");
}

TEST(what_an_agency_keeps_tells_gross_from_net)
{
    static const char *const rows[] = {
        "INVOICE",
        "Spots aired in March",
        "          Smudged                 $5,430.00",
        "          Smudged too              ($814.50)",
        "          Net Total               $4,615.50",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "TOTAL"), "$5,430.00");
    CHECK_STREQ(value(&e, "AMOUNT_DUE"), "$4,615.50");
}

TEST(a_date_whose_marks_were_lost_is_found)
{
    static const char *const rows[] = {
        "      GREEN GROCER ENTERPRISE",
        "27 032018   No. CS-20242",
        "TOTAL                  10.70",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "INVOICE_RECEIPT_DATE"), "27 032018");
}

TEST(rows_that_are_the_total_are_no_items)
{
    static const char *const rows[] = {
        "      GREEN GROCER ENTERPRISE", "APPLES RED              4.50",
        "ORANGE JUICE            6.20",  "4 pieces in all        10.70",
        "TOTAL                  10.70",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_EQ(e.table_count, 1);
    CHECK_EQ(e.tables[0].count, 2);
}

TEST(a_table_goes_on_over_the_page)
{
    static const char *const first[] = {
        "INVOICE",
        "Item            Qty    Price    Amount",
        "Desk              2   250.00    500.00",
    };
    static const char *const second[] = {
        "Lamp              1    40.00     40.00",
        "                Total            540.00",
    };
    q_pages pages = pages_of(q_test_arena(), first, 3), more = pages_of(q_test_arena(), second, 2);
    q_page both[] = {pages.pages[0], more.pages[0]};
    q_expense e;

    pages = (q_pages){both, 2};
    CHECK_EQ(q_expense_read(&pages, q_test_arena(), &e, NULL), Q_OK);
    CHECK_EQ(e.table_count, 2);
    CHECK_STREQ(cell(e.tables[1].items, "ITEM"), "Lamp");
    CHECK_STREQ(cell(e.tables[1].items, "UNIT_PRICE"), "40.00");
    CHECK_EQ(e.tables[1].items[0].fields[0].page, 2);
}

TEST(a_code_over_a_name_in_one_column_are_both_read)
{
    static const char *const rows[] = {
        "Article no        Qty    Price    Amount", "Description",
        "KOP05               2   250.00    500.00", "Copying paper",
        "FB07                1    40.00     40.00", "Paper bags",
        "                Total             540.00",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_EQ(e.table_count, 1);
    CHECK_STREQ(cell(e.tables[0].items, "PRODUCT_CODE"), "KOP05");
    CHECK_STREQ(cell(e.tables[0].items, "ITEM"), "Copying paper");
    CHECK_STREQ(cell(e.tables[0].items + 1, "ITEM"), "Paper bags");
}

static q_str part(const q_expense *e, const char *type, const char *group)
{
    for (size_t i = 0; i < e->field_count; i++)
        if (q_str_is(e->fields[i].type, type) && q_str_is(e->fields[i].group, group))
            return e->fields[i].value.text;
    return (q_str){"", 0};
}

TEST(parties_come_with_the_parts_of_their_addresses)
{
    static const char *const rows[] = {
        "Harrow & Finch Supply Ltd                             INVOICE",
        "12 Mill Road",
        "Leeds, LS1 4AP",
        "",
        "Bill To                                   Ship To",
        "Example Corporation                       Example Stores",
        "1200 Market Street                        Hafenstr. 7",
        "Springfield, IL 62701                     20457 Hamburg",
        "USA                                       Germany",
        "VAT no: US7654321",
        "",
        "Total                $2,160.00",
        "",
        "",
        "VAT no: GB123456789    info@harrow.example",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(part(&e, "NAME", "VENDOR"), "Harrow & Finch Supply Ltd");
    CHECK_STREQ(part(&e, "STREET", "VENDOR"), "12 Mill Road");
    CHECK_STREQ(part(&e, "CITY", "VENDOR"), "Leeds");
    CHECK_STREQ(part(&e, "ZIP_CODE", "VENDOR"), "LS1 4AP");
    CHECK_STREQ(part(&e, "NAME", "RECEIVER_BILL_TO"), "Example Corporation");
    CHECK_STREQ(part(&e, "CITY", "RECEIVER_BILL_TO"), "Springfield");
    CHECK_STREQ(part(&e, "STATE", "RECEIVER_BILL_TO"), "IL");
    CHECK_STREQ(part(&e, "ZIP_CODE", "RECEIVER_BILL_TO"), "62701");
    CHECK_STREQ(part(&e, "NAME", "RECEIVER_SHIP_TO"), "Example Stores");
    CHECK_STREQ(part(&e, "CITY", "RECEIVER_SHIP_TO"), "Hamburg");
    CHECK_STREQ(value(&e, "RECEIVER_VAT_NUMBER"), "US7654321");
    CHECK_STREQ(value(&e, "VENDOR_VAT_NUMBER"), "GB123456789");
    CHECK_STREQ(value(&e, "VENDOR_EMAIL"), "info@harrow.example");
}

TEST(a_french_name_goes_without_its_form)
{
    static const char *const rows[] = {
        "Le Petit Moulin SARL - 12 chemin vert - 84340 Orange - France",
        "Facture FA-2017-0009",
        "Total TTC                56,02 EUR",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "Le Petit Moulin");
    CHECK_STREQ(part(&e, "CITY", "VENDOR"), "Orange");
}

TEST(without_a_label_the_total_is_the_largest_sum_that_stands_twice)
{
    static const char *const rows[] = {
        "      GREEN GROCER ENTERPRISE", "APPLES RED              4.50",
        "PEARS                   6.20",  "Z///%%S                10.70",
        "K//D1T                 10.70",  "no. 4711               99.10",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "TOTAL"), "10.70");
    CHECK(q_expense_get(&e, "TOTAL")->type_confidence < 70);
}

TEST(misread_letters_of_known_words_are_put_right_in_names_and_addresses)
{
    static const char *const rows[] = {
        "      HALLOWAY HARDWARE SON BHD",
        "      12, JALAN MAWAR 2",
        "      81100 J0HOR BAHRU, SCLANGOR",
        "      TEL : 03-55512345",
        "",
        "TOTAL RM                9.72",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK_STREQ(value(&e, "VENDOR_NAME"), "HALLOWAY HARDWARE SDN BHD");
    CHECK_STREQ(value(&e, "VENDOR_ADDRESS"), "12, JALAN MAWAR 2\n81100 JOHOR BAHRU, SELANGOR");
}

TEST(a_letter_is_no_expense)
{
    static const char *const rows[] = {
        "Dear Sir,",
        "thank you for your letter of 3 May 2019. In total we saw 14 visitors,",
        "which is 20 % more than in the year before. The tax office has asked us",
        "to wait until 1 June 2019 before we write to the other members.",
        "Yours faithfully,",
        "J. Miller",
    };
    q_expense e;

    read_rows(rows, sizeof(rows) / sizeof(*rows), &e);
    CHECK(!e.is_expense);
}

TEST(no_pages_and_empty_pages_are_no_expense)
{
    q_page empty = {.width_pt = 600, .height_pt = 800};
    q_pages none = {NULL, 0}, one = {&empty, 1};
    q_expense e;

    CHECK_EQ(q_expense_read(&none, q_test_arena(), &e, NULL), Q_OK);
    CHECK(!e.is_expense);
    CHECK_EQ(q_expense_read(&one, q_test_arena(), &e, NULL), Q_OK);
    CHECK(!e.is_expense);
    CHECK_EQ(e.field_count, 0);
    CHECK(q_expense_get(&e, "TOTAL") == NULL);
}

TEST(memory_that_ends_anywhere_is_a_clean_error)
{
    size_t count = sizeof(invoice) / sizeof(*invoice), tries = 0;
    q_pages pages = pages_of(q_test_arena(), invoice, count);
    q_code rc = Q_NOMEM;

    for (size_t limit = 1024; rc; limit += 1 + limit / 40) {
        q_arena *a = q_arena_new(limit);
        q_expense e;
        q_err err;

        CHECK(a);
        rc = q_expense_read(&pages, a, &e, &err);
        CHECK(rc == Q_OK || (rc == Q_NOMEM && err.code == Q_NOMEM));
        q_arena_free(a);
        CHECK(++tries < 2000);
    }
    CHECK(tries > 50);
}

TEST_MAIN("document/expense")
