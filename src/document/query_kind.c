#include "document/query_words.h"

#include "document/expense_amount.h"
#include "document/expense_date.h"

typedef struct traits {
    size_t digits, letters, words, capitals;
    bool date, amount;
} traits;

static traits traits_of(q_str text)
{
    traits t = {0};
    bool inside = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        size_t used;
        expense_date d;

        if (!inside && c != ' ') {
            t.words++;
            t.capitals += c >= 'A' && c <= 'Z';
            t.date =
                t.date || (t.words < 12 && expense__date_parse(q_str_sub(text, i, 40), &d, &used));
        }
        inside = c != ' ';
        t.digits += q_is_digit(c);
        t.letters += q_is_alpha(c) || (unsigned char)c >= 0x80;
    }
    return t;
}

double query__kind_suits(query_kind kind, q_str text)
{
    traits t = traits_of(text);
    expense_amount amount;
    double number;

    switch (kind) {
    case QUERY_DATE:
        return t.date ? 1 : t.digits ? 0.7 : 0.4;
    case QUERY_AMOUNT:
        if (t.digits > 7 && !q_str_has(text, '.') && !q_str_has(text, ','))
            return 0.3; /* a number that names something */
        if (expense__amount_parse(text, &amount))
            return amount.percent ? 0.4 : 1;
        return q_amount_parse(text, &number) ? 0.95 : t.digits ? 0.8 : 0.4;
    case QUERY_NUMBER:
        return t.digits > t.letters ? 1 : t.digits ? 0.8 : 0.5;
    case QUERY_ID:
        return t.digits ? 1 : 0.6;
    case QUERY_NAME:
        return t.letters <= t.digits       ? 0.4
               : t.words > 12              ? 0.6
               : t.capitals * 2 >= t.words ? 1
                                           : 0.8;
    case QUERY_PLACE:
        return t.letters > 2 ? 1 : 0.5;
    case QUERY_YES_NO:
        return 0.8;
    case QUERY_ANY:
        break;
    }
    return 1;
}
