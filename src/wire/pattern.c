#include "wire/validate.h"

#include <stdatomic.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Some of the public patterns are exponential in a backtracking engine, so a
 * match may only do so much work.
 */
enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 20000, HEAP_KIB = 8192 };

/* The first thread to need a pattern compiles it; one that comes second at the
 * same time throws its own away.
 */
static pcre2_code *compiled(q_pattern *p, q_err *err)
{
    pcre2_code *code = atomic_load_explicit(&p->compiled, memory_order_acquire);
    void *none = NULL;
    int number;
    PCRE2_SIZE at;

    if (code)
        return code;
    code = pcre2_compile((PCRE2_SPTR)p->pcre, PCRE2_ZERO_TERMINATED,
                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &number, &at, NULL);
    if (!code) {
        q_err_set(err, Q_INTERNAL, "pattern %s: PCRE2 error %d at %zu", p->text, number, at);
        return NULL;
    }
    if (atomic_compare_exchange_strong(&p->compiled, &none, code))
        return code;
    pcre2_code_free(code);
    return none;
}

q_code pattern__match(q_pattern *p, q_str value, bool *matches, q_err *err)
{
    q_code rc = Q_OK;
    pcre2_code *code = compiled(p, err);
    pcre2_match_data *data = NULL;
    pcre2_match_context *limits = NULL;

    if (!code)
        return Q_INTERNAL;
    data = pcre2_match_data_create_from_pattern(code, NULL);
    limits = pcre2_match_context_create(NULL);
    if (!data || !limits) {
        rc = q_err_nomem(err);
        goto done;
    }
    pcre2_set_match_limit(limits, MATCH_LIMIT);
    pcre2_set_depth_limit(limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(limits, HEAP_KIB);
    *matches = pcre2_match(code, (PCRE2_SPTR)(value.p ? value.p : ""), value.n, 0,
                           PCRE2_ANCHORED | PCRE2_ENDANCHORED, data, limits) > 0;
done:
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    return rc;
}
