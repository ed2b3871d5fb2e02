#include "language/sentiment_model.h"

#include "base/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read as they lie");

/* What a listed word of opinion adds to the log odds. On held-back sentences of the training set as
 * right as nothing, 0.777; it is for texts about other things than these are.
 */
static const float LISTED = 0.6f;

enum { MAGIC = sizeof SENTIMENT_MAGIC - 1, SUM = 4, FIELDS = 8, HEAD = MAGIC + SUM + FIELDS };

q_code sentiment__load(q_str bytes, q_str name, sentiment_model **out, q_err *err)
{
    unsigned char sum[SUM];
    sentiment_model head, *m;

    if (bytes.n < HEAD || memcmp(bytes.p, SENTIMENT_MAGIC, MAGIC) != 0)
        return q_err_set(err, Q_INVALID, "%.*s is no model of sentiment", Q_ARG(name));
    if (!q_digest_of(Q_CRC32, q_str_sub(bytes, MAGIC + SUM, bytes.n), sum))
        return q_err_nomem(err);
    if (memcmp(sum, bytes.p + MAGIC, SUM) != 0)
        return q_err_set(err, Q_INVALID, "%.*s was cut short or altered: its checksum is another",
                         Q_ARG(name));
    memcpy(&head.bits, bytes.p + MAGIC + SUM, sizeof head.bits);
    memcpy(&head.worth, bytes.p + MAGIC + SUM + sizeof head.bits, sizeof head.worth);
    if (!head.bits || head.bits > SENTIMENT_BITS_MOST || !isfinite(head.worth) ||
        bytes.n != HEAD + ((size_t)1 << head.bits))
        return q_err_set(err, Q_INVALID, "%.*s is malformed: its counts and its %zu bytes differ",
                         Q_ARG(name), bytes.n);
    m = malloc(sizeof *m + ((size_t)1 << head.bits));
    if (!m)
        return q_err_nomem(err);
    m->bits = head.bits;
    m->worth = head.worth;
    memcpy(m->weights, bytes.p + HEAD, (size_t)1 << head.bits);
    *out = m;
    return Q_OK;
}

void sentiment__free(sentiment_model *m)
{
    free(m);
}

q_code sentiment__span(const sentiment_model *m, const q_tokens *t, size_t i, size_t end,
                       q_arena *a, sentiment_span *out, q_err *err)
{
    static const text_kinds KINDS = {.pairs = true, .letters = true, .opinion = true};
    q_tokens part = {t->text, t->v + i, end - i};
    q_features x;
    long sum = 0;
    int lean;
    q_code rc = text__features(&part, &KINDS, m->bits, a, &x, err);

    *out = (sentiment_span){.words = end - i};
    if (rc)
        return rc;
    for (size_t k = 0; k < x.n; k++)
        sum += m->weights[x.v[k].id];
    if (x.n)
        out->odds = (float)sum * m->worth / sqrtf((float)x.n);
    lean = text__lean(&part);
    out->odds += LISTED * (float)(lean > 3 ? 3 : lean < -3 ? -3 : lean);
    for (size_t k = i; k < end; k++) {
        const q_token *w = &t->v[k];

        out->opinions += text__opinion(w) != 0;
        out->numbers += w->kind == Q_TOKEN_NUMBER || w->kind == Q_TOKEN_MIXED;
        out->names += w->capital && !w->sentence && w->points > 1 && !w->all_capital;
        out->cries += q_token_mark(w, '!');
    }
    return Q_OK;
}
