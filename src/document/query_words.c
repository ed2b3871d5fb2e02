#include "document/query_words.h"

#include "document/expense_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sorted: they say how it is asked, not for what. */
/* clang-format off */
static const char *const stop_words[] = {
    "a", "about", "all", "an", "and", "any", "appears", "are", "as", "at", "be", "been", "being",
    "by", "can", "could", "did", "do", "document", "does", "find", "for", "form", "from", "get",
    "give", "given", "had", "has", "have", "here", "how", "i", "if", "in", "is", "it", "its",
    "ll", "many", "me", "much", "must", "of", "on", "or", "our", "page", "please", "s", "shall",
    "should", "show", "stated", "tell", "that", "the", "their", "there", "they", "this", "to",
    "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will",
    "with", "written", "you", "your"};
/* clang-format on */

/* Each line: words that mean the same where a form is asked. */
static const char *const same_meaning[] = {
    " invoice bill facture rechnung ",
    " no number nr num id identification identifier code ",
    " vendor supplier seller merchant issuer store shop company business ",
    " customer client buyer recipient purchaser bill payer ",
    " total sum amount gesamt gesamtbetrag altogether ",
    " date dated day datum when ",
    " due deadline payable owed owing ",
    " phone telephone tel mobile cell ",
    " fax facsimile telefax ",
    " address street location residence ",
    " birth dob born birthday birthdate ",
    " qty quantity count ",
    " price cost rate charge fee ",
    " tax vat gst mwst ust ",
    " email mail ",
    " start begin beginning commence initiation ",
    " end finish completion complete expiry expiration ",
    " sign signature signed ",
    " po order purchase ",
    " sex gender ",
    " doctor physician dr ",
    " employee worker staff personnel ",
    " remark remarks comment comments note notes ",
    " zip postcode postal postcode ",
    " requested requester requestor ",
    " department dept division ",
    " description describe described ",
    " account acct konto ",
    " reference ref ",
    " authorized authorised approved approval ",
    " job occupation profession position ",
    " spouse husband wife partner ",
    " subject re regarding ",
    " company firm organization organisation employer ",
    " balance remaining left ",
    " shipped ship shipping shipment delivery delivered "};

/* Sorted: they narrow little down. */
/* clang-format off */
static const char *const light_words[] = {
    "amount", "applicant", "code", "date", "employee", "id", "member", "name", "no", "number",
    "patient", "person", "student", "total", "type", "value"};
/* clang-format on */

static int compare(const void *key, const void *item)
{
    return q_str_cmp(*(const q_str *)key, q_str_of(*(const char *const *)item));
}

static bool listed(const char *const *list, size_t count, q_str word)
{
    return bsearch(&word, list, count, sizeof *list, compare) != NULL;
}

static uint64_t meanings_of(q_str word)
{
    char spaced[24] = " ";
    uint64_t found = 0;

    if (word.n > 20)
        return 0;
    memcpy(spaced + 1, word.p, word.n);
    spaced[word.n + 1] = ' ';
    for (size_t i = 0; i < sizeof same_meaning / sizeof *same_meaning; i++)
        if (q_str_find(q_str_of(same_meaning[i]), (q_str){spaced, word.n + 2}) != SIZE_MAX)
            found |= (uint64_t)1 << i;
    return found;
}
_Static_assert(sizeof same_meaning / sizeof *same_meaning <= 64, "one bit each");

q_code query__words_add(q_str text, q_arena *a, query_words *out, q_err *err)
{
    q_str rest = expense__fold(a, text), word;

    if (!rest.p)
        return q_err_nomem(err);
    while (rest.n && out->count < QUERY_MAX_WORDS) {
        q_str_cut(rest, ' ', &word, &rest);
        if (!word.n || listed(stop_words, sizeof stop_words / sizeof *stop_words, word))
            continue;
        out->items[out->count++] = (query_word){
            word, listed(light_words, sizeof light_words / sizeof *light_words, word) ? 0.6 : 1,
            meanings_of(word)};
    }
    return Q_OK;
}

static bool begins(q_str text, const char *with)
{
    q_str w = q_str_of(with);

    return q_str_starts(text, w) && (text.n == w.n || text.p[w.n] == ' ');
}

static bool has(q_str text, const char *word)
{
    q_str rest = text, head;

    while (rest.n) {
        q_str_cut(rest, ' ', &head, &rest);
        if (q_str_is(head, word))
            return true;
    }
    return false;
}

static query_kind kind_of(q_str t)
{
    static const char *const yes_no[] = {"is", "are", "was", "were", "does",
                                         "do", "did", "has", "have"};
    static const char *const money[] = {"total", "amount",  "price",  "cost", "subtotal",
                                        "tax",   "balance", "charge", "fee",  "vat"};

    if (begins(t, "how many"))
        return QUERY_NUMBER;
    if (begins(t, "how much"))
        return QUERY_AMOUNT;
    if (begins(t, "when") || has(t, "date") || has(t, "deadline") || has(t, "birthday"))
        return QUERY_DATE;
    if (begins(t, "who") || begins(t, "whose"))
        return QUERY_NAME;
    if (begins(t, "where") || has(t, "address"))
        return QUERY_PLACE;
    for (size_t i = 0; i < sizeof yes_no / sizeof *yes_no; i++)
        if (begins(t, yes_no[i]))
            return QUERY_YES_NO;
    if (has(t, "no") || has(t, "phone") || has(t, "telephone") || has(t, "fax") || has(t, "id"))
        return QUERY_ID;
    for (size_t i = 0; i < sizeof money / sizeof *money; i++)
        if (has(t, money[i]))
            return QUERY_AMOUNT;
    return has(t, "name") ? QUERY_NAME : QUERY_ANY;
}

q_code query__read(q_str question, q_arena *a, query *out, q_err *err)
{
    *out = (query){.text = expense__fold(a, q_str_sub(question, 0, 2000))};
    if (!out->text.p)
        return q_err_nomem(err);
    out->kind = kind_of(out->text);
    return query__words_add(q_str_sub(question, 0, 2000), a, &out->words, err);
}

/* Without the ending that a word has in its other forms. */
static q_str stem(q_str w)
{
    static const char *const endings[] = {"ings", "ing", "ies", "ed", "es", "s", "y", "e"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        q_str end = q_str_of(endings[i]);

        if (w.n >= end.n + 3 && q_str_ends(w, end))
            return q_str_sub(w, 0, w.n - end.n);
    }
    return w;
}

/* The edit distance of two words of at most 24 letters. */
static size_t distance(q_str a, q_str b)
{
    size_t row[25];

    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = corner + (a.p[i - 1] != b.p[j - 1]);

            corner = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[b.n];
}

double query__word_meets(const query_word *a, const query_word *b)
{
    q_str x, y;
    size_t longer = a->text.n > b->text.n ? a->text.n : b->text.n;

    if (q_str_eq(a->text, b->text))
        return 1;
    x = stem(a->text);
    y = stem(b->text);
    if (q_str_eq(x, y))
        return 0.95;
    if (a->meanings & b->meanings)
        return 0.75;
    if (a->text.n >= 4 && b->text.n >= 4 && longer <= 24 && !q_is_digit(a->text.p[0]) &&
        distance(a->text, b->text) <= longer / 4)
        return 0.8;
    if (x.n >= 5 && y.n >= 5 && (q_str_starts(x, y) || q_str_starts(y, x)))
        return 0.7;
    return 0;
}

double query__words_meet(const query_words *wanted, const query_words *have, double *extra)
{
    bool used[QUERY_MAX_WORDS] = {false};
    double met = 0, all = 0, left = 0, total = 0;

    for (size_t i = 0; i < wanted->count; i++) {
        double best = 0;
        size_t at = SIZE_MAX;

        for (size_t j = 0; j < have->count; j++) {
            double m = used[j] ? 0 : query__word_meets(&wanted->items[i], &have->items[j]);

            if (m > best) {
                best = m;
                at = j;
            }
        }
        if (at != SIZE_MAX)
            used[at] = true;
        met += best * wanted->items[i].weight;
        all += wanted->items[i].weight * (best > 0 || wanted->items[i].weight >= 1 ? 1 : 0.4);
    }
    for (size_t j = 0; j < have->count; j++) {
        total += have->items[j].weight;
        left += used[j] ? 0 : have->items[j].weight * (have->items[j].weight < 1 ? 0.3 : 1);
    }
    *extra = total > 0 ? left / total : 0;
    return all > 0 ? met / all : 0;
}
