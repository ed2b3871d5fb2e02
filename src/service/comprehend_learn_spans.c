/* Documents and where entities stand in them: annotations, lists of entities, manifests. */
#include "service/comprehend_learn.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/utf8.h"

enum {
    DOCUMENT = 1 << 20, /* bytes of one */
    ENTRY_TOKENS = 16,  /* of an entry in a list of entities */
    MANIFEST_LINE = 16 << 20
};

static q_code wrong(const learn_source *s, size_t line, const char *what, q_err *err)
{
    return q_err_set(err, Q_INVALID, "%.*s: line %zu: %s", Q_ARG(s->name), line, what);
}

static q_code add_document(learner *l, const learn_source *s, size_t line, q_str text, q_err *err)
{
    if (text.n > DOCUMENT)
        return wrong(s, line, "the document has more than 1 MB", err);
    if (!q_utf8_valid(text))
        return wrong(s, line, "the document is not UTF-8", err);
    if (q_arena_grow(l->arena, &l->documents, &l->document_cap, l->document_count + 1,
                     sizeof *l->documents))
        return q_err_nomem(err);
    l->documents[l->document_count++] = (learn_document){.text = text};
    return Q_OK;
}

static q_code add_span(learner *l, learn_document *d, q_span span, q_err *err)
{
    if (q_arena_grow(l->arena, &d->spans, &d->span_cap, d->span_count + 1, sizeof *d->spans))
        return q_err_nomem(err);
    d->spans[d->span_count++] = span;
    return Q_OK;
}

q_code learn__documents(learner *l, const learn_source *s, q_err *err)
{
    size_t known = l->files.count, number, line = 0;
    q_str rest = s->bytes, text;
    q_code rc = q_dictionary_add(&l->files, s->name, &number, err);

    if (!rc && number < known)
        return q_err_set(err, Q_INVALID, "there are two files %.*s", Q_ARG(s->name));
    if (!rc && q_arena_grow(l->arena, &l->file, &l->file_cap, number + 1, sizeof *l->file))
        rc = q_err_nomem(err);
    if (rc)
        return rc;
    l->file[number] = (learn_file){.name = s->name, .first = l->document_count, .test = s->test};
    if (!l->lines) {
        rc = add_document(l, s, 0, s->bytes, err);
    } else {
        while (!rc && rest.n) {
            q_str_cut(rest, '\n', &text, &rest);
            if (q_str_ends(text, Q_STR("\r")))
                text.n--;
            rc = add_document(l, s, line++, text, err);
        }
    }
    l->file[number].count = l->document_count - l->file[number].first;
    return rc;
}

/* ---- annotations --------------------------------------------------------------------- */

/* Where line `line` of a document begins, in code points, and how many it has; false when there is
 * no such line. Of a document that is a line itself there is one. */
static bool line_place(q_str text, size_t line, uint32_t *first, uint32_t *points)
{
    q_str head;
    bool more = true;

    *first = 0;
    for (size_t i = 0; more; i++) {
        more = q_str_cut(text, '\n', &head, &text);
        *points = (uint32_t)q_utf8_count(head);
        if (i == line)
            return true;
        *first += *points + 1;
    }
    return false;
}

static q_code number_of(const learn_source *s, size_t line, const char *what, q_str field,
                        uint64_t *out, q_err *err)
{
    field = q_str_trim(field);
    if (q_str_u64(field, out) && *out < UINT32_MAX)
        return Q_OK;
    return q_err_set(err, Q_INVALID, "%.*s: line %zu: %s is \"%.*s\"; a number from 0 is wanted",
                     Q_ARG(s->name), line, what, Q_ARG(q_str_sub(field, 0, 40)));
}

/* The document of a row, and where in it its line begins. */
static q_code row_document(learner *l, const learn_source *s, size_t at, const q_str *fields,
                           learn_document **out, uint32_t *first, uint32_t *points, q_err *err)
{
    q_str name = q_str_trim(fields[0]);
    size_t file = q_dictionary_find(&l->files, name);
    learn_file *f;
    uint64_t line = 0;
    q_code rc = number_of(s, at, "Line", fields[1], &line, err);

    if (rc)
        return rc;
    if (file == SIZE_MAX)
        return q_err_set(err, Q_INVALID, "%.*s: line %zu: there is no document file %.*s",
                         Q_ARG(s->name), at, Q_ARG(q_str_sub(name, 0, 200)));
    f = &l->file[file];
    *out = f->count ? &l->documents[f->first + (l->lines && line < f->count ? line : 0)] : NULL;
    if (!*out || (l->lines && line >= f->count) ||
        !line_place((*out)->text, l->lines ? 0 : line, first, points))
        return q_err_set(err, Q_INVALID, "%.*s: line %zu: %.*s has no line %llu (the first is 0)",
                         Q_ARG(s->name), at, Q_ARG(name), (unsigned long long)line);
    return Q_OK;
}

static q_code annotation(learner *l, const learn_source *s, size_t at, const q_str *fields,
                         q_err *err)
{
    size_t type = q_dictionary_find(&l->types, q_str_trim(fields[4]));
    uint32_t first = 0, points = 0;
    uint64_t begin = 0, end = 0;
    learn_document *d = NULL;
    q_code rc = row_document(l, s, at, fields, &d, &first, &points, err);

    if (!rc)
        rc = number_of(s, at, "Begin Offset", fields[2], &begin, err);
    if (!rc)
        rc = number_of(s, at, "End Offset", fields[3], &end, err);
    if (rc)
        return rc;
    if (end <= begin || end > points)
        return q_err_set(
            err, Q_INVALID,
            "%.*s: line %zu: offsets %llu to %llu; that line of %.*s has %u characters",
            Q_ARG(s->name), at, (unsigned long long)begin, (unsigned long long)end,
            Q_ARG(q_str_trim(fields[0])), points);
    if (type == SIZE_MAX) /* one that EntityTypes does not name is not learnt, as documented */
        return Q_OK;
    return add_span(l, d, (q_span){first + (uint32_t)begin, (uint32_t)(end - begin), type}, err);
}

static bool is_head(const q_str *fields, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!q_str_is_nocase(q_str_trim(fields[i]), names[i]))
            return false;
    return true;
}

/* All rows but the head, each with as many columns as the head has names. */
static q_code each_row(learner *l, const learn_source *s, const char *const *names, size_t n,
                       q_code (*take)(learner *l, const learn_source *s, size_t line,
                                      const q_str *fields, q_err *err),
                       q_err *err)
{
    q_csv c = q_csv_init(s->bytes);
    q_str fields[5];
    size_t columns;
    bool more = true, head = true;
    q_code rc = Q_OK;

    while (!rc) {
        rc = q_csv_next(&c, l->arena, fields, 5, &columns, &more, err);
        if (rc == Q_INVALID)
            q_err_add(err, rc, "%.*s", Q_ARG(s->name));
        if (rc || !more)
            break;
        if (columns != n)
            return q_err_set(err, Q_INVALID, "%.*s: line %zu: %zu columns; %zu are wanted",
                             Q_ARG(s->name), c.line, columns, n);
        if (head && !is_head(fields, names, n))
            return q_err_set(err, Q_INVALID,
                             "%.*s: line %zu: the columns' names are wanted here: %s, %s%s",
                             Q_ARG(s->name), c.line, names[0], names[1],
                             n > 2 ? ", Begin Offset, End Offset, Type" : "");
        if (!head)
            rc = take(l, s, c.line, fields, err);
        head = false;
    }
    return rc;
}

q_code learn__annotations(learner *l, const learn_source *s, q_err *err)
{
    static const char *const names[] = {"File", "Line", "Begin Offset", "End Offset", "Type"};

    return each_row(l, s, names, 5, annotation, err);
}

/* ---- lists of entities ------------------------------------------------------------------ */

static q_code entry(learner *l, const learn_source *s, size_t line, const q_str *fields, q_err *err)
{
    size_t type = q_dictionary_find(&l->types, q_str_trim(fields[1]));
    q_str text = q_str_trim(fields[0]);

    if (!text.n)
        return wrong(s, line, "Text is empty", err);
    if (!q_utf8_valid(text))
        return wrong(s, line, "Text is not UTF-8", err);
    if (type == SIZE_MAX)
        return Q_OK;
    if (q_arena_grow(l->arena, &l->listed, &l->listed_cap, l->listed_count + 1, sizeof *l->listed))
        return q_err_nomem(err);
    l->listed[l->listed_count++] = (q_listed){text, type};
    return Q_OK;
}

q_code learn__list(learner *l, const learn_source *s, q_err *err)
{
    static const char *const names[] = {"Text", "Type"};

    return each_row(l, s, names, 2, entry, err);
}

/* ---- manifests ---------------------------------------------------------------------------- */

static q_code manifest_spans(learner *l, const learn_source *s, size_t line, const q_value *list,
                             learn_document *d, q_err *err)
{
    uint32_t points = (uint32_t)q_utf8_count(d->text);
    q_code rc = Q_OK;

    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        size_t type = q_dictionary_find(&l->types, q_value_str(v, Q_STR("label"), Q_STR("")));
        int64_t begin = q_value_int(v, Q_STR("startOffset"), -1);
        int64_t end = q_value_int(v, Q_STR("endOffset"), -1);

        if (begin < 0 || end <= begin || end > points)
            return q_err_set(err, Q_INVALID,
                             "%.*s: line %zu: offsets %lld to %lld; its text has %u characters",
                             Q_ARG(s->name), line, (long long)begin, (long long)end, points);
        if (type != SIZE_MAX)
            rc = add_span(l, d, (q_span){(uint32_t)begin, (uint32_t)(end - begin), type}, err);
    }
    return rc;
}

static q_code manifest_line(learner *l, const learn_source *s, size_t line, q_str text, q_err *err)
{
    q_value *said = NULL;
    q_str source;
    q_code rc = q_json_parse(l->arena, text, &said, err);

    if (rc)
        return rc == Q_INVALID ? q_err_add(err, rc, "%.*s: line %zu", Q_ARG(s->name), line) : rc;
    source = q_value_str(said, Q_STR("source"), Q_STR(""));
    if (!source.n)
        return wrong(s, line, "there is no text under \"source\"", err);
    rc = add_document(l, s, line, source, err);
    for (const q_value *v = q_value_first(s->attributes); v && !rc; v = v->next)
        rc = manifest_spans(l, s, line,
                            q_value_get(q_value_get(q_value_get(said, v->s), Q_STR("annotations")),
                                        Q_STR("entities")),
                            &l->documents[l->document_count - 1], err);
    return rc;
}

q_code learn__span_manifest(learner *l, const learn_source *s, q_err *err)
{
    size_t line = 0, number;
    q_str rest = s->bytes, text;
    q_code rc = q_dictionary_add(&l->files, s->name, &number, err);

    if (!rc && q_arena_grow(l->arena, &l->file, &l->file_cap, number + 1, sizeof *l->file))
        rc = q_err_nomem(err);
    if (rc)
        return rc;
    l->file[number] = (learn_file){.name = s->name, .first = l->document_count, .test = s->test};
    while (!rc && rest.n) {
        q_str_cut(rest, '\n', &text, &rest);
        line++;
        if (text.n > MANIFEST_LINE)
            return wrong(s, line, "longer than 16 MB", err);
        if (q_str_trim(text).n)
            rc = manifest_line(l, s, line, text, err);
    }
    l->file[number].count = l->document_count - l->file[number].first;
    return rc;
}
