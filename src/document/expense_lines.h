/* document/expense_lines.h - the head of a receipt, line by line: which lines are the vendor's
 * name, which its address.
 *
 * A linear-chain conditional random field over signs of each line (expense_lines_model.h has its
 * weights; script/train-expense learns them). Lines here are what stands at one height without a
 * gap as wide as columns have.
 */
#ifndef Q_DOCUMENT_EXPENSE_LINES_H
#define Q_DOCUMENT_EXPENSE_LINES_H

#include "document/expense_address.h"

typedef enum lines_tag { LINES_OTHER, LINES_NAME, LINES_ADDRESS } lines_tag;

enum { LINES_TAGS = 3, LINES_MAX = 28 };

/* A sign is there or is not; lines_sign_names has them in the same order. */
/* clang-format off */
#define LINES_SIGNS(X) \
    X(ANY) X(AT_0) X(AT_1) X(AT_2) X(AT_3) X(AT_4) X(AT_6) X(AT_9) X(FIRST_WORDS) \
    X(SECOND_WORDS) X(THIRD_WORDS) X(HIGH) X(TALL) X(LOW) X(FORM) X(TRADE) X(TAIL) X(ENDS_FORM) \
    X(STREET) X(STREETS) X(POST_CODE) X(HOUSE) X(ENDS_COMMA) X(HAS_COMMA) X(DIGITS) \
    X(MANY_DIGITS) X(MOSTLY_DIGITS) X(FEW_LETTERS) X(SHORT) X(IS_TEXT) X(IS_ADDRESS) X(IS_LABEL) \
    X(IS_TITLE) X(IS_NUMBER) X(REGISTERED) X(REGISTRATION) X(BRACKETED) X(WORD_1) X(WORDS_2) \
    X(WORDS_3) X(WORDS_5) X(WORDS_7) X(COLON) X(PHONE) X(TAX_ID) X(NUMBERED) X(DATED) X(PRICED) \
    X(PARTY) X(CAPITALS) X(SMALL) X(TWICE) X(GREETING) X(LICENSEE) X(SUM_BESIDE) X(UNSURE) \
    X(GAP_ABOVE) X(GAP_BELOW) X(AFTER_COMMA) X(UNDER_ADDRESS) X(UNDER_FORM) X(UNDER_LABEL) \
    X(UNDER_REGISTRATION) X(OVER_ADDRESS) X(OVER_FORM) X(OVER_LABEL) X(OVER_REGISTRATION) \
    X(OVER_TITLE) X(OVER_TAIL) X(NEAR_OVER_ADDRESS) X(NEAR_OVER_LABEL) X(BELOW_ADDRESS) \
    X(BELOW_LABEL) X(BELOW_FORM) X(BELOW_TITLE) X(ABOVE_FORM)
/* clang-format on */

#define LINES_ENUM(name) LINES_##name,
enum { LINES_SIGNS(LINES_ENUM) LINES_SIGN_COUNT };
#undef LINES_ENUM

extern const char *const lines_sign_names[LINES_SIGN_COUNT];

typedef struct lines_line {
    expense_span tokens; /* without specks at its ends */
    size_t run;          /* the first one */
    expense_line_class class;
    bool signs[LINES_SIGN_COUNT];
    double chance[LINES_TAGS]; /* of each tag; their sum is 1 */
    lines_tag tag;             /* in the likeliest sequence */
} lines_line;

/* The first lines of the page, tagged, in the sheet's arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code expense__lines_tag(const expense_leaf *leaf, lines_line **out, size_t *count,
                                     q_err *err);

#endif
