/* Text: StringConcat, StringSplit, StringNormalizer, RegexFullMatch
 * (TfIdfVectorizer: op_ngram.c). Texts are UTF-8; bad bytes stay as they are.
 */
#include "base/utf8.h"
#include "engine/op_tables.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 20000, HEAP_KIB = 20480 };

static const q_dtype STRINGS[] = {Q_STRING, Q_NONE};

/* What one run of an operator may take beside the budget of tensors. */
#define SCRATCH_LIMIT ((size_t)1 << 30)

static const q_str *texts(const q_op_call *c, size_t i)
{
    return c->in[i]->data;
}

/* -- StringConcat -- */

/* The element of `t` that stands at element i of the broadcast shape. */
static size_t source(const q_shape *all, const q_shape *t, size_t i)
{
    size_t at = 0, step = 1;

    for (size_t d = 0; d < t->rank; d++) {
        size_t dim = t->dims[t->rank - 1 - d], whole = all->dims[all->rank - 1 - d];
        at += (dim == 1 ? 0 : i % whole) * step;
        step *= dim;
        i /= whole;
    }
    return at;
}

static q_code concat_run(q_op_call *c, q_err *err)
{
    q_shape shape;
    q_arena *a = NULL;
    q_str *made = NULL;
    size_t n = 0;
    q_code rc = op__want(c, 0, err, STRINGS);

    if (!rc)
        rc = op__want(c, 1, err, STRINGS);
    if (!rc)
        rc = op__broadcast(&c->in[0]->shape, &c->in[1]->shape, &shape, err);
    if (!rc && (!q_shape_measure(&shape, &n) || n > SCRATCH_LIMIT / sizeof(*made)))
        rc = q_err_set(err, Q_LIMIT, "too many texts");
    if (rc)
        return rc;
    a = q_arena_new(SCRATCH_LIMIT);
    made = a ? q_arena_array(a, n, sizeof(*made)) : NULL;
    if (!made)
        rc = q_err_nomem(err);
    for (size_t i = 0; !rc && i < n; i++) {
        q_str x = texts(c, 0)[source(&shape, &c->in[0]->shape, i)];
        q_str y = texts(c, 1)[source(&shape, &c->in[1]->shape, i)];
        char *p = q_arena_array(a, x.n + y.n, 1);
        if (!p) {
            rc = q_err_nomem(err);
            break;
        }
        if (x.n)
            memcpy(p, x.p, x.n);
        if (y.n)
            memcpy(p + x.n, y.p, y.n);
        made[i] = (q_str){p, x.n + y.n};
    }
    if (!rc)
        rc = q_tensor_of_strings(made, &shape, c->budget, c->out[0], err);
    q_arena_free(a);
    return rc;
}

/* -- StringSplit -- */

typedef struct split_params {
    q_str delimiter; /* empty: runs of blanks */
    int64_t most;    /* cuts; negative: any number */
} split_params;

static q_code split_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    split_params *p = params;
    q_code rc = op__attr_string(n, "delimiter", "", &p->delimiter, err);

    (void)a;
    return rc ? rc : op__attr_int(n, "maxsplit", -1, &p->most, err);
}

/* The next piece of *rest, which moves behind it; false when there is none. */
static bool next_piece(const split_params *p, q_str *rest, int64_t cuts, bool *ended, q_str *piece)
{
    bool last = p->most >= 0 && cuts >= p->most;
    size_t at;

    if (p->delimiter.n) {
        if (*ended)
            return false;
        at = last ? SIZE_MAX : q_str_find(*rest, p->delimiter);
        *ended = at == SIZE_MAX;
        *piece = q_str_sub(*rest, 0, at);
        *rest = *ended ? (q_str){0} : q_str_sub(*rest, at + p->delimiter.n, SIZE_MAX);
        return true;
    }
    while (rest->n && q_is_space(rest->p[0]))
        *rest = q_str_sub(*rest, 1, SIZE_MAX);
    if (!rest->n)
        return false;
    for (at = 0; at < rest->n && (last || !q_is_space(rest->p[at]));)
        at++;
    *piece = q_str_sub(*rest, 0, at);
    *rest = q_str_sub(*rest, at, SIZE_MAX);
    return true;
}

static size_t pieces(const split_params *p, q_str text, q_str *out)
{
    bool ended = !text.n;
    q_str piece;
    size_t n = 0;

    while (next_piece(p, &text, (int64_t)n, &ended, &piece)) {
        if (out)
            out[n] = piece;
        n++;
    }
    return n;
}

static q_code split_run(q_op_call *c, q_err *err)
{
    const split_params *p = c->params;
    size_t n, cells, most = 0;
    q_str *made = NULL;
    q_shape s;
    q_code rc = op__want(c, 0, err, STRINGS);

    if (rc)
        return rc;
    s = c->in[0]->shape;
    n = q_shape_count(&s);
    if (s.rank == Q_MAX_RANK)
        return q_err_set(err, Q_LIMIT, "rank %zu; at most %d", s.rank, Q_MAX_RANK - 1);
    if (c->out_count > 1) {
        rc = q_tensor_new(Q_I64, &s, c->budget, c->out[1], err);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < n; i++) {
        size_t here = pieces(p, texts(c, 0)[i], NULL);
        if (c->out_count > 1)
            ((int64_t *)c->out[1]->data)[i] = (int64_t)here;
        most = here > most ? here : most;
    }
    s.dims[s.rank++] = most;
    rc = q_tensor_measure(Q_STRING, &s, SCRATCH_LIMIT, &cells, err);
    if (rc)
        return rc;
    made = calloc(n * most + 1, sizeof(*made));
    if (!made)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        pieces(p, texts(c, 0)[i], made + i * most);
    rc = q_tensor_of_strings(made, &s, c->budget, c->out[0], err);
    free(made);
    return rc;
}

/* -- StringNormalizer -- */

typedef enum letter_case { AS_IS, LOWER, UPPER } letter_case;

typedef struct normal_params {
    letter_case change;
    bool sensitive;
    const q_str *stop;
    size_t stop_count;
} normal_params;

static q_code normal_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    normal_params *p = params;
    const q_attr *stop = q_node_attr(n, "stopwords");
    int64_t sensitive;
    q_str change;
    q_code rc = op__attr_string(n, "case_change_action", "NONE", &change, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "is_case_sensitive", 0, &sensitive, err);
    if (rc)
        return rc;
    p->sensitive = sensitive != 0;
    p->change = q_str_is(change, "LOWER") ? LOWER : q_str_is(change, "UPPER") ? UPPER : AS_IS;
    if (p->change == AS_IS && !q_str_is(change, "NONE"))
        return q_err_set(err, Q_INVALID, "case_change_action is \"%.*s\"", Q_ARG(change));
    if (stop && stop->kind != Q_ATTR_STRINGS)
        return q_err_set(err, Q_INVALID, "stopwords must be strings");
    p->stop = stop ? stop->strings : NULL;
    p->stop_count = stop ? stop->count : 0;
    return Q_OK;
}

static q_code recase(q_arena *a, locale_t where, letter_case change, q_str s, q_str *out,
                     q_err *err)
{
    char *p = q_arena_array(a, s.n, 4); /* a code point's other case may be longer */
    size_t n = 0, len;

    if (!p)
        return q_err_nomem(err);
    for (; s.n; s = q_str_sub(s, len, SIZE_MAX)) {
        uint32_t cp = q_utf8_decode(s, &len);
        if (cp == Q_UTF8_BAD) {
            p[n++] = s.p[0];
            continue;
        }
        cp = (uint32_t)(change == LOWER ? towlower_l((wint_t)cp, where)
                                        : towupper_l((wint_t)cp, where));
        n += q_utf8_encode(cp, p + n);
    }
    *out = (q_str){p, n};
    return Q_OK;
}

static q_code is_stop(const normal_params *p, q_arena *a, locale_t where, q_str word, bool *yes,
                      q_err *err)
{
    q_code rc = Q_OK;
    q_str x = word, y;

    *yes = false;
    if (!p->sensitive && p->stop_count)
        rc = recase(a, where, LOWER, word, &x, err);
    for (size_t i = 0; !rc && i < p->stop_count && !*yes; i++) {
        y = p->stop[i];
        if (!p->sensitive)
            rc = recase(a, where, LOWER, y, &y, err);
        *yes = !rc && q_str_eq(x, y);
    }
    return rc;
}

static q_code normalize(const q_op_call *c, q_arena *a, locale_t where, q_str *made, size_t *count,
                        q_err *err)
{
    const normal_params *p = c->params;
    size_t n = q_shape_count(&c->in[0]->shape);
    q_code rc = Q_OK;
    bool stop;

    for (size_t i = 0; !rc && i < n; i++) {
        rc = is_stop(p, a, where, texts(c, 0)[i], &stop, err);
        if (rc || stop)
            continue;
        made[*count] = texts(c, 0)[i];
        if (p->change != AS_IS)
            rc = recase(a, where, p->change, made[*count], &made[*count], err);
        ++*count;
    }
    return rc;
}

static q_code normal_run(q_op_call *c, q_err *err)
{
    locale_t where = (locale_t)0;
    q_arena *a = NULL;
    q_str *made = NULL;
    size_t count = 0;
    q_shape s;
    q_code rc = op__want(c, 0, err, STRINGS);

    if (rc)
        return rc;
    s = c->in[0]->shape;
    if (s.rank != 1 && !(s.rank == 2 && s.dims[0] == 1))
        return q_err_set(err, Q_INVALID, "input 0 must be [words] or [1, words]");
    where = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!where)
        return q_err_errno(err, "locale C.UTF-8");
    a = q_arena_new(SCRATCH_LIMIT);
    made = a ? q_arena_array(a, q_shape_count(&s) + 1, sizeof(*made)) : NULL;
    rc = made ? normalize(c, a, where, made, &count, err) : q_err_nomem(err);
    if (!rc) {
        s.dims[s.rank - 1] = count ? count : 1; /* nothing left: one empty word */
        rc = q_tensor_of_strings(made, &s, c->budget, c->out[0], err);
    }
    q_arena_free(a);
    freelocale(where);
    return rc;
}

/* -- RegexFullMatch -- */

typedef struct regex_params {
    pcre2_code *code;
} regex_params;

static void code_free(void *code)
{
    pcre2_code_free(code);
}

static q_code regex_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    regex_params *p = params;
    PCRE2_SIZE at = 0;
    int number = 0;
    char why[128] = "";
    q_str pattern;
    q_code rc = op__attr_string(n, "pattern", "", &pattern, err);

    if (rc)
        return rc;
    p->code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n,
                            PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY, &number,
                            &at, NULL);
    if (!p->code) {
        pcre2_get_error_message(number, (PCRE2_UCHAR *)why, sizeof(why));
        return q_err_set(err, Q_INVALID, "pattern \"%.*s\": %s at %zu", Q_ARG(pattern), why, at);
    }
    return q_arena_defer(a, code_free, p->code) ? q_err_nomem(err) : Q_OK;
}

static q_code regex_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__want(c, 0, err, STRINGS);

    if (!rc)
        op__set(c, 0, Q_BOOL, &c->in[0]->shape);
    return rc;
}

static q_code regex_run(q_op_call *c, q_err *err)
{
    const regex_params *p = c->params;
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(p->code, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    q_code rc = Q_OK;

    if (!data || !limits) {
        rc = q_err_nomem(err);
        goto done;
    }
    pcre2_set_match_limit(limits, MATCH_LIMIT);
    pcre2_set_depth_limit(limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(limits, HEAP_KIB);
    for (size_t i = 0, n = q_shape_count(&c->in[0]->shape); !rc && i < n; i++) {
        q_str s = texts(c, 0)[i];
        int got = pcre2_match(p->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, 0,
                              PCRE2_ANCHORED | PCRE2_ENDANCHORED, data, limits);
        if (got == PCRE2_ERROR_MATCHLIMIT || got == PCRE2_ERROR_DEPTHLIMIT ||
            got == PCRE2_ERROR_HEAPLIMIT)
            rc = q_err_set(err, Q_LIMIT, "element %zu takes too much work to match", i);
        ((uint8_t *)c->out[0]->data)[i] = got >= 0;
    }
done:
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    return rc;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "StringConcat",
     .since = 20,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .flags = Q_OP_ALLOCATES,
     .run = concat_run},
    {.domain = "",
     .type = "StringSplit",
     .since = 20,
     .min_in = 1,
     .max_in = 1,
     .max_out = 2,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(split_params),
     .load = split_load,
     .run = split_run},
    {.domain = "",
     .type = "StringNormalizer",
     .since = 10,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(normal_params),
     .load = normal_load,
     .run = normal_run},
    {.domain = "",
     .type = "RegexFullMatch",
     .since = 20,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .params_bytes = sizeof(regex_params),
     .load = regex_load,
     .infer = regex_infer,
     .run = regex_run},
};
const q_op_table op__string = {ops, sizeof ops / sizeof *ops};
