#include "document/expense_sums.h"

#include <math.h>

enum { MAX_SUMS = 8 };

static bool price_of(const q_expense_item *item, double *out)
{
    for (size_t f = 0; f < item->count; f++)
        if (q_str_is(item->fields[f].type, "PRICE") &&
            q_amount_parse(item->fields[f].value.text, out))
            return true;
    return false;
}

double expense__items_sum(const q_expense_table *tables, size_t count)
{
    double sum = 0, price;

    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            if (price_of(tables[t].items + i, &price))
                sum += price;
    return sum;
}

/* What items may add up to: the total, with or without tax, or before a discount. */
typedef struct sums {
    double value[MAX_SUMS];
    size_t count;
} sums;

static bool amount_of(const q_expense *e, const char *type, double *out)
{
    const q_expense_field *f = q_expense_get(e, type);

    return f && q_amount_parse(f->value.text, out);
}

static void sum_put(sums *s, double value)
{
    if (fabs(value) > 0.004 && s->count < MAX_SUMS)
        s->value[s->count++] = value;
}

static sums sums_of(const q_expense *e)
{
    sums s = {.count = 0};
    double total = 0, tax, other;
    bool known = amount_of(e, "TOTAL", &total);

    if (known)
        sum_put(&s, total);
    if (amount_of(e, "SUBTOTAL", &other))
        sum_put(&s, other);
    if (known && amount_of(e, "TAX", &tax))
        sum_put(&s, total - tax);
    if (known && amount_of(e, "SERVICE_CHARGE", &other))
        sum_put(&s, total - other);
    if (known && amount_of(e, "DISCOUNT", &other))
        sum_put(&s, total + fabs(other));
    return s;
}

/* To the cents that are rounded away where cash is paid. */
static bool agrees(const sums *s, double value)
{
    for (size_t i = 0; i < s->count; i++)
        if (fabs(s->value[i] - value) < 0.045)
            return true;
    return false;
}

/* Without the rows from the one on before which the items make up the total; false when there is no
 * such row.
 */
static bool cut(q_expense_table *t, const sums *s)
{
    double sum = 0, price;

    for (size_t i = 0; i < t->count; i++) {
        if (i && agrees(s, sum)) {
            t->count = i;
            return true;
        }
        if (price_of(t->items + i, &price))
            sum += price;
    }
    return false;
}

static const q_expense_field *field_of(const q_expense_item *item, const char *type)
{
    for (size_t f = 0; f < item->count; f++)
        if (q_str_is(item->fields[f].type, type))
            return item->fields + f;
    return NULL;
}

/* Points for what an item should have: a name on one line, numbers that are numbers and multiply.
 */
static size_t points_of(const q_expense_table *t)
{
    size_t points = 0;

    for (size_t i = 0; i < t->count; i++) {
        const q_expense_field *name = field_of(t->items + i, "ITEM");
        const q_expense_field *quantity = field_of(t->items + i, "QUANTITY");
        const q_expense_field *unit = field_of(t->items + i, "UNIT_PRICE");
        double n = 0, each = 0, price = 0;
        size_t letters = 0;

        for (size_t k = 0; name && k < name->value.text.n; k++)
            letters += q_is_alpha(name->value.text.p[k]);
        points += letters >= 3;
        points += price_of(t->items + i, &price) && quantity && unit &&
                  q_amount_parse(quantity->value.text, &n) &&
                  q_amount_parse(unit->value.text, &each) && fabs(n * each - price) < 0.006;
    }
    return points;
}

void expense__items_settle(q_expense *e, const q_expense_table *plain)
{
    q_expense_table other = *plain;
    sums s = sums_of(e);
    bool agreed;

    if (!s.count || e->table_count != 1)
        return;
    agreed = agrees(&s, expense__items_sum(e->tables, 1)) || cut(e->tables, &s);
    if (!other.count || (!agrees(&s, expense__items_sum(&other, 1)) && !cut(&other, &s)))
        return;
    if (!agreed || points_of(&other) > points_of(e->tables))
        e->tables[0] = other;
}
