/* Questions that invoices and receipts answer without the words being there: "Who is the vendor?"
 */
#include "document/query_find.h"

#include "base/buf.h"
#include "document/expense.h"

typedef struct asked_field {
    const char *type;
    const char *words; /* all of one of the choices, which | parts */
} asked_field;

static const asked_field fields[] = {
    {"VENDOR_NAME", "vendor|supplier|seller|merchant|store|vendor name|supplier name"},
    {"VENDOR_ADDRESS", "vendor address|supplier address|seller address|store address"},
    {"VENDOR_PHONE", "vendor phone|supplier phone|store phone"},
    {"RECEIVER_NAME", "customer|buyer|client|receiver|customer name|billed"},
    {"RECEIVER_ADDRESS", "customer address|buyer address|receiver address|billing address"},
    {"INVOICE_RECEIPT_ID", "invoice no|receipt no|invoice id|bill no"},
    {"INVOICE_RECEIPT_DATE", "invoice date|receipt date|date|issued|purchase date|issue date"},
    {"DUE_DATE", "due|due date|payment due|payment due date|payable"},
    {"TOTAL", "total|total amount|grand total|invoice total|amount total|total cost|total price"},
    {"AMOUNT_DUE", "amount due|balance due|total due"},
    {"AMOUNT_PAID", "amount paid|paid"},
    {"SUBTOTAL", "subtotal|net amount|net total|sub total"},
    {"TAX", "tax|vat|tax amount|vat amount|sales tax|total tax"},
    {"DISCOUNT", "discount"},
    {"GRATUITY", "tip|gratuity"},
    {"PO_NUMBER", "po no|purchase order no|order no|purchase order"},
    {"PAYMENT_TERMS", "payment terms|terms"},
};

/* Are the question's words these, and no others? 0..1. */
static q_code meets(const query_place *p, const char *choices, double *out, q_err *err)
{
    q_str rest = q_str_of(choices), choice;

    *out = 0;
    while (rest.n) {
        query_words words = {.count = 0};
        double extra, met;
        q_code rc;

        q_str_cut(rest, '|', &choice, &rest);
        rc = query__words_add(choice, p->arena, &words, err);
        if (rc)
            return rc;
        met = query__words_meet(&p->asked->words, &words, &extra);
        met = met < 0.9 ? 0 : met * (1 - extra);
        *out = met > *out ? met : *out;
    }
    return Q_OK;
}

/* The page's words that lie in a box and are of the text. */
static q_code words_in(const query_place *p, const q_expense_text *text, q_picks *out, q_err *err)
{
    const q_page *page = p->page;

    *out = (q_picks){q_arena_array(p->arena, page->word_count + 1, sizeof *out->items), 0};
    if (!out->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < page->word_count; i++) {
        q_box b = page->words[i].box;
        double x = b.left + b.width / 2, y = b.top + b.height / 2;

        if (x >= text->box.left && x <= q_box_right(text->box) && y >= text->box.top &&
            y <= q_box_bottom(text->box) &&
            (q_str_find(text->text, page->words[i].text) != SIZE_MAX ||
             q_str_find(page->words[i].text, text->text) != SIZE_MAX))
            out->items[out->count++] = i;
    }
    return Q_OK;
}

static q_code offer(const query_place *p, const q_expense_field *f, double score, q_err *err)
{
    q_buf b = q_buf_init(p->arena, SIZE_MAX);
    q_picks words;
    q_code rc;

    if (score <= p->best->score)
        return Q_OK;
    rc = words_in(p, &f->value, &words, err);
    if (!rc)
        rc = query__offer(p, &words, score, err);
    if (rc || !p->best->answer.found || words.count == 0)
        return rc;
    for (size_t i = 0; i < f->value.text.n; i++)
        q_buf_char(&b, f->value.text.p[i] == '\n' ? ' ' : f->value.text.p[i]);
    return q_buf_finish(&b, &p->best->answer.text, err);
}

q_code query__in_expense(const query_place *p, q_err *err)
{
    if (!p->expense->is_expense)
        return Q_OK;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const q_expense_field *f;
        double met;
        q_code rc = meets(p, fields[i].words, &met, err);

        if (rc)
            return rc;
        if (met <= 0.5)
            continue;
        f = q_expense_get(p->expense, fields[i].type);
        if (f && f->value.present) {
            rc = offer(p, f, met * (0.55 + 0.45 * (double)f->type_confidence / 100), err);
            if (rc)
                return rc;
        }
    }
    return Q_OK;
}
