#include "document/expense_sure.h"

#include "document/expense_sure_model.h"

#include <math.h>

sure_group expense__sure_group(q_str type, double score)
{
    static const struct {
        const char *type;
        sure_group group;
    } groups[] = {
        {"VENDOR_NAME", SURE_PARTY},
        {"VENDOR_ADDRESS", SURE_PARTY},
        {"RECEIVER_NAME", SURE_PARTY},
        {"RECEIVER_ADDRESS", SURE_PARTY},
        {"TOTAL", SURE_SUM},
        {"SUBTOTAL", SURE_SUM},
        {"TAX", SURE_SUM},
        {"AMOUNT_DUE", SURE_SUM},
        {"AMOUNT_PAID", SURE_SUM},
        {"DISCOUNT", SURE_SUM},
        {"GRATUITY", SURE_SUM},
        {"SERVICE_CHARGE", SURE_SUM},
        {"SHIPPING_HANDLING_CHARGE", SURE_SUM},
        {"PRIOR_BALANCE", SURE_SUM},
        {"INVOICE_RECEIPT_DATE", SURE_DATE},
        {"DUE_DATE", SURE_DATE},
        {"ORDER_DATE", SURE_DATE},
        {"DELIVERY_DATE", SURE_DATE},
    };

    if (score > 1 && q_str_is(type, "VENDOR_NAME"))
        return SURE_TAGGED_NAME;
    if (score > 1 && q_str_is(type, "VENDOR_ADDRESS"))
        return SURE_TAGGED_ADDRESS;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (q_str_is(type, groups[i].type))
            return groups[i].group;
    return SURE_OTHER;
}

void expense__sure_signs(const q_expense_field *f, double score, double out[SURE_SIGNS])
{
    bool tagged = expense__sure_group(f->type, score) <= SURE_TAGGED_ADDRESS;

    out[0] = 1;
    out[1] = tagged ? score - 1 : fmin(score, 1.2);
    /* most words are read at 95 and more: below that lies what tells */
    out[2] = fmax(0, fmin(1, ((double)f->value.confidence - 80) / 20));
}

float expense__sure(const q_expense_field *f, double score)
{
    const double *w = sure_weights[expense__sure_group(f->type, score)];
    double signs[SURE_SIGNS], sum = 0;

    expense__sure_signs(f, score, signs);
    if (q_str_is(f->type, "OTHER")) /* that it is some other field is all that is said */
        return (float)fmin(99, 100 * score * (0.7 + 0.3 * signs[2]));
    for (size_t i = 0; i < SURE_SIGNS; i++)
        sum += w[i] * signs[i];
    return (float)fmax(1, fmin(99.5, 100 / (1 + exp(-sum))));
}
