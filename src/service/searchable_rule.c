#include "service/searchable_parts.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/record.h"

#include <string.h>

#define RULES Q_STR("searchable")
#define FAILURES Q_STR("searchable.failure")

enum { PAGE = 100, MAX_DEFINITION = 8192, MAX_RULES = 1000, ARENA = 4 << 20 };

static const char *const texts[] = {"refuse", "skip", "redo", "force"};

static q_str rule_key(q_arena *a, q_str bucket, q_str prefix)
{
    return q_str_printf(a, "%.*s/%.*s", Q_ARG(bucket), Q_ARG(prefix));
}

/* ---- keeping rules ----------------------------------------------------------- */

static bool feeds(const q_searchable_rule *from, const q_searchable_rule *into)
{
    return q_str_eq(from->bucket, into->bucket) && q_str_starts(from->to, into->prefix);
}

static q_code check(q_catalog *c, const q_searchable_rule *rule, q_arena *a, q_err *err)
{
    q_searchable_rule *others = NULL;
    size_t n = 0;
    q_code rc;

    if (!rule->prefix.n || rule->prefix.p[rule->prefix.n - 1] != '/')
        return q_err_set(
            err, Q_INVALID,
            "a folder is wanted (s3://%.*s/documents/): PDFs from a rule for the whole "
            "bucket would fall under it themselves",
            Q_ARG(rule->bucket));
    if (feeds(rule, rule))
        return q_err_set(err, Q_INVALID, "PDFs in %.*s would fall under the rule for %.*s itself",
                         Q_ARG(rule->to), Q_ARG(rule->prefix));
    rc = q_searchable_rule_list(c, a, &others, &n, err);
    if (!rc && n >= MAX_RULES)
        rc = q_err_set(err, Q_LIMIT, "there are %d rules already", MAX_RULES);
    for (size_t i = 0; i < n && !rc; i++)
        if (feeds(rule, &others[i]) || feeds(&others[i], rule))
            rc = q_err_set(err, Q_INVALID,
                           "this rule and that for %.*s would read each other's PDFs",
                           Q_ARG(others[i].prefix));
    return rc;
}

static void rule_write(const q_searchable_rule *rule, q_value *map)
{
    q_map_str(map, Q_STR("bucket"), rule->bucket);
    q_map_str(map, Q_STR("prefix"), rule->prefix);
    q_map_str(map, Q_STR("to"), rule->to);
    q_map_str(map, Q_STR("text"), q_str_of(texts[rule->text]));
    q_map_bool(map, Q_STR("deskew"), rule->deskew);
    q_map_bool(map, Q_STR("rotate"), rule->rotate);
    q_map_bool(map, Q_STR("archive"), rule->archive);
}

static q_searchable_rule rule_read(const q_value *map)
{
    q_str text = q_value_str(map, Q_STR("text"), Q_STR("skip"));
    q_searchable_rule rule = {.bucket = q_value_str(map, Q_STR("bucket"), Q_STR("")),
                              .prefix = q_value_str(map, Q_STR("prefix"), Q_STR("")),
                              .to = q_value_str(map, Q_STR("to"), Q_STR("")),
                              .text = Q_SEARCHABLE_SKIP,
                              .deskew = q_value_bool(map, Q_STR("deskew"), false),
                              .rotate = q_value_bool(map, Q_STR("rotate"), false),
                              .archive = q_value_bool(map, Q_STR("archive"), false)};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (q_str_is(text, texts[i]))
            rule.text = (q_searchable_text)i;
    return rule;
}

q_code searchable__rule_encode(const q_searchable_rule *rule, q_str key, q_arena *a, q_str *out,
                               q_err *err)
{
    q_value *map = q_value_map(a);
    q_buf b = q_buf_init(a, MAX_DEFINITION);
    q_code rc;

    rule_write(rule, map);
    if (key.n)
        q_map_str(map, Q_STR("key"), key);
    rc = q_value_ok(map, err);
    if (rc)
        return rc;
    q_json_write(&b, map);
    return q_buf_finish(&b, out, err);
}

q_code searchable__rule_decode(q_str text, q_arena *a, q_searchable_rule *rule, q_str *key,
                               q_err *err)
{
    q_value *map = NULL;
    q_code rc = q_json_parse(a, text, &map, err);

    if (rc)
        return rc;
    *rule = rule_read(map);
    if (key)
        *key = q_value_str(map, Q_STR("key"), Q_STR(""));
    return Q_OK;
}

q_code q_searchable_rule_put(q_catalog *c, const q_searchable_rule *rule, int64_t now_ms,
                             q_err *err)
{
    q_arena *a = q_arena_new(ARENA);
    q_str text, key;
    q_code rc = a ? check(c, rule, a, err) : q_err_nomem(err);

    if (!rc)
        rc = searchable__rule_encode(rule, Q_STR(""), a, &text, err);
    if (!rc) {
        key = rule_key(a, rule->bucket, rule->prefix);
        rc = key.p ? q_record_put(c, RULES, key, text, now_ms, 0, err) : q_err_nomem(err);
    }
    q_arena_free(a);
    return rc;
}

q_code q_searchable_rule_delete(q_catalog *c, q_str bucket, q_str prefix, bool *existed, q_err *err)
{
    q_arena *a = q_arena_new(ARENA);
    q_str key = a ? rule_key(a, bucket, prefix) : (q_str){NULL, 0};
    q_code rc = key.p ? q_record_delete(c, RULES, key, existed, err) : q_err_nomem(err);

    q_arena_free(a);
    return rc;
}

/* All records of a space. */
static q_code list_all(q_catalog *c, q_str space, q_arena *a, q_record **out, size_t *count,
                       q_err *err)
{
    q_record *all = NULL;
    size_t n = 0, cap = 0, got = PAGE;
    q_str after = Q_STR("");
    q_code rc = Q_OK;

    while (!rc && got == PAGE) {
        q_record *some = NULL;

        rc = q_record_list(c, space, after, PAGE, q_now_ms(), a, &some, &got, err);
        if (!rc && q_arena_grow(a, &all, &cap, n + got, sizeof *all))
            rc = q_err_nomem(err);
        if (rc || got == 0)
            break;
        memcpy(all + n, some, got * sizeof *some);
        n += got;
        after = some[got - 1].key;
    }
    *out = all;
    *count = n;
    return rc;
}

q_code q_searchable_rule_list(q_catalog *c, q_arena *a, q_searchable_rule **out, size_t *count,
                              q_err *err)
{
    q_record *records = NULL;
    q_code rc = list_all(c, RULES, a, &records, count, err);

    if (rc)
        return rc;
    *out = q_arena_array(a, *count, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < *count && !rc; i++)
        rc = searchable__rule_decode(records[i].value, a, &(*out)[i], NULL, err);
    return rc;
}

/* ---- what failed --------------------------------------------------------------- */

q_code q_searchable_failure_list(q_catalog *c, q_arena *a, q_searchable_failure **out,
                                 size_t *count, q_err *err)
{
    q_record *records = NULL;
    q_code rc = list_all(c, FAILURES, a, &records, count, err);

    if (rc)
        return rc;
    *out = q_arena_array(a, *count, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (q_searchable_failure){records[i].key, records[i].value, records[i].updated_ms};
    return Q_OK;
}

void searchable__failure_note(q_catalog *c, q_str bucket, q_str key, const char *error)
{
    q_arena *a = q_arena_new(ARENA);
    q_str name = a ? rule_key(a, bucket, key) : (q_str){NULL, 0};
    bool existed;
    q_code rc = Q_NOMEM;

    if (name.p && error)
        rc = q_record_put(c, FAILURES, name, q_str_of(error), q_now_ms(), 0, NULL);
    else if (name.p)
        rc = q_record_delete(c, FAILURES, name, &existed, NULL);
    (void)rc; /* the log has it all the same */
    q_arena_free(a);
}

/* ---- keys ------------------------------------------------------------------------ */

q_str q_searchable_key(const q_searchable_rule *rule, q_str key, q_arena *a)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"};
    q_str name = q_str_sub(key, rule->prefix.n, key.n);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);

        if (name.n > n && q_str_is_nocase(q_str_sub(name, name.n - n, n), endings[i])) {
            name = q_str_sub(name, 0, name.n - n);
            break;
        }
    }
    return q_str_printf(a, "%.*s%.*s.pdf", Q_ARG(rule->to), Q_ARG(name));
}
