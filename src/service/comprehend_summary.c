/* ListDocumentClassifierSummaries, ListEntityRecognizerSummaries: one item a name, of all its
 * versions.
 */
#include "service/comprehend_model.h"

#include "base/dictionary.h"
#include "base/json.h"
#include "wire/api.h"

#include <stdlib.h>

enum { PAGE = 200, USUAL_RESULTS = 100 };

typedef struct summary {
    q_str name, version, status;
    int64_t created_ms; /* of the latest version */
    size_t versions;
} summary;

typedef struct summaries {
    q_dictionary names;
    summary *v;
    size_t cap;
} summaries;

static q_code add(q_call *call, const comprehend_model_kind *kind, const q_record *r,
                  summaries *all)
{
    int64_t created;
    q_value *doc = NULL;
    size_t i = 0, known = all->names.count;
    q_code rc = q_json_parse(call->arena, r->value, &doc, &call->err);

    if (!rc)
        rc = q_dictionary_add(&all->names, q_value_str(doc, q_str_of(kind->name), Q_STR("")), &i,
                              &call->err);
    if (!rc && i == known &&
        q_arena_grow(call->arena, &all->v, &all->cap, known + 1, sizeof *all->v))
        rc = q_err_nomem(&call->err);
    if (rc)
        return rc;
    if (i == known)
        all->v[i] = (summary){.name = all->names.texts[i], .created_ms = INT64_MIN};
    all->v[i].versions++;
    created = q_value_int(doc, Q_STR("SubmitMs"), 0);
    if (created >= all->v[i].created_ms) {
        all->v[i].created_ms = created;
        all->v[i].version = q_value_str(doc, Q_STR("VersionName"), Q_STR(""));
        all->v[i].status = q_value_str(doc, Q_STR("Status"), Q_STR(""));
    }
    return Q_OK;
}

static q_code add_all(q_call *call, const comprehend_model_kind *kind, summaries *all)
{
    const q_app *app = call->app;
    q_str after = Q_STR("");
    size_t count = PAGE;
    q_code rc = Q_OK;

    while (!rc && count == PAGE) {
        q_record *r;

        rc = q_record_list(app->catalog, q_str_of(kind->space), after, PAGE, call->now_ms,
                           call->arena, &r, &count, &call->err);
        for (size_t i = 0; i < count && !rc; i++)
            rc = add(call, kind, &r[i], all);
        if (!rc && count)
            after = r[count - 1].key;
    }
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return q_str_cmp(((const summary *)a)->name, ((const summary *)b)->name);
}

static void put(const summary *s, const comprehend_model_kind *kind, q_value *map)
{
    q_map_str(map, q_str_of(kind->name), s->name);
    q_map_int(map, Q_STR("NumberOfVersions"), (int64_t)s->versions);
    q_map_time(map, Q_STR("LatestVersionCreatedAt"), (double)s->created_ms / 1000);
    if (s->version.n)
        q_map_str(map, Q_STR("LatestVersionName"), s->version);
    q_map_str(map, Q_STR("LatestVersionStatus"), s->status);
}

/* NextToken is the last name of a page. */
q_code comprehend__list_summaries(q_call *call)
{
    bool classifier = q_str_find(call->op->name, Q_STR("DocumentClassifier")) != SIZE_MAX;
    const comprehend_model_kind *kind = &comprehend__model_kinds[classifier ? 0 : 1];
    size_t most = (size_t)q_value_int(call->in, Q_STR("MaxResults"), USUAL_RESULTS), taken = 0;
    q_str after = q_value_str(call->in, Q_STR("NextToken"), Q_STR(""));
    q_str member = q_str_printf(call->arena, "%sSummariesList", kind->operation);
    summaries all = {.v = NULL};
    q_value *list;
    q_code rc;

    q_dictionary_init(&all.names, call->arena);
    rc = member.p ? add_all(call, kind, &all) : q_err_nomem(&call->err);
    if (rc)
        return rc;
    list = q_map_list(call->out, member);
    if (all.names.count)
        qsort(all.v, all.names.count, sizeof *all.v, by_name);
    for (size_t i = 0; i < all.names.count; i++) {
        if (q_str_cmp(all.v[i].name, after) <= 0)
            continue;
        if (taken == most) {
            q_map_str(call->out, Q_STR("NextToken"), all.v[i - 1].name);
            break;
        }
        put(&all.v[i], kind, q_list_map(list));
        taken++;
    }
    return q_value_ok(call->out, &call->err);
}
