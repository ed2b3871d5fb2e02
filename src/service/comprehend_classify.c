/* What models of one's own find: classes of a text, entities; ClassifyDocument. */
#include "service/comprehend_model.h"

#include "base/file.h"
#include "base/utf8.h"
#include "language/classifier.h"
#include "language/recognizer.h"
#include "service/reader.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEXT = 100000,      /* bytes of a text that is sent */
    DOCUMENT = 1 << 20, /* and of one in a job */
    SHOWN = 10          /* classes in a reply, and all labels that hold */
};

/* ---- classes ----------------------------------------------------------------------- */

typedef struct scored {
    size_t class;
    float p;
} scored;

static int by_score(const void *a, const void *b)
{
    const scored *x = a, *y = b;

    if (x->p != y->p)
        return x->p > y->p ? -1 : 1;
    return x->class < y->class ? -1 : 1;
}

static q_code find_classes(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    const comprehend_model *m = ask->model;
    size_t n = q_classifier_classes(m->classifier);
    float *p = q_arena_array(out->arena, n, sizeof *p);
    scored *v = q_arena_array(out->arena, n, sizeof *v);
    q_value *list = q_map_list(out, m->multi_label ? Q_STR("Labels") : Q_STR("Classes"));
    q_code rc =
        p && v ? q_classifier_run(m->classifier, text, out->arena, p, err) : q_err_nomem(err);

    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++)
        v[i] = (scored){i, p[i]};
    qsort(v, n, sizeof *v, by_score);
    for (size_t i = 0; i < n && (i < SHOWN || (m->multi_label && v[i].p >= 0.5F)); i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("Name"), q_classifier_class(m->classifier, v[i].class));
        q_map_double(map, Q_STR("Score"), (double)v[i].p);
    }
    return q_value_ok(out, err);
}

static q_code find_entities(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    const comprehend_model *m = ask->model;
    q_value *list = q_map_list(out, Q_STR("Entities"));
    q_tokens tokens;
    q_found *v = NULL;
    size_t count = 0;
    q_code rc = q_tokens_of(text, out->arena, &tokens, err);

    if (!rc)
        rc = q_recognizer_find(m->recognizer, ask->app->language, &tokens, out->arena, &v, &count,
                               err);
    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list);

        comprehend__put_place(map, v[i].score, v[i].point, v[i].points);
        q_map_str(map, Q_STR("Text"), v[i].text);
        q_map_str(map, Q_STR("Type"), q_recognizer_type(m->recognizer, v[i].type));
    }
    return rc ? rc : q_value_ok(out, err);
}

const comprehend_feature comprehend__classes = {"classes", NULL, TEXT, DOCUMENT, find_classes};
const comprehend_feature comprehend__custom_entities = {"entities", NULL, TEXT, DOCUMENT,
                                                        find_entities};

/* ---- documents in a request ------------------------------------------------------------ */

static q_code unfit(q_call *call, const char *reason, const q_err *why)
{
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("Reason"), Q_STR("INVALID_DOCUMENT"));
    if (reason)
        q_map_str(q_map_map(call->error_members, Q_STR("Detail")), Q_STR("Reason"),
                  q_str_of(reason));
    return q_call_fail(call, "InvalidRequestException", "Bytes: %s", why->msg);
}

static void put_extracted(q_call *call, const q_pages *pages, const size_t *counts)
{
    q_value *about = q_map_map(call->out, Q_STR("DocumentMetadata"));
    q_value *types = q_map_list(call->out, Q_STR("DocumentType")), *list;

    q_map_int(about, Q_STR("Pages"), (int64_t)pages->count);
    list = q_map_list(about, Q_STR("ExtractedCharacters"));
    for (size_t i = 0; i < pages->count; i++) {
        q_value *page = q_list_map(list), *type = q_list_map(types);

        q_map_int(page, Q_STR("Page"), (int64_t)i + 1);
        q_map_int(page, Q_STR("Count"), (int64_t)counts[i]);
        q_map_int(type, Q_STR("Page"), (int64_t)i + 1);
        q_map_str(type, Q_STR("Type"),
                  pages->pages[i].from_text_layer ? Q_STR("NATIVE_PDF")
                  : q_str_starts(q_value_get(call->in, Q_STR("Bytes"))->s, Q_STR("%PDF"))
                      ? Q_STR("SCANNED_PDF")
                      : Q_STR("IMAGE"));
    }
}

static q_code text_of_pages(q_call *call, const q_pages *pages, q_str *out)
{
    q_buf b = q_buf_init(call->arena, (size_t)64 << 20);
    size_t *counts = q_arena_array(call->arena, pages->count + 1, sizeof *counts);

    if (!counts)
        return q_err_nomem(&call->err);
    for (size_t i = 0; i < pages->count; i++)
        for (size_t k = 0; k < pages->pages[i].line_count; k++) {
            q_str line = pages->pages[i].lines[k].text;

            counts[i] += q_utf8_count(line);
            q_buf_put(&b, line);
            q_buf_char(&b, '\n');
        }
    put_extracted(call, pages, counts);
    return q_buf_finish(&b, out, &call->err);
}

/* PDFs and pictures are read as Textract's operations read them. */
static q_code read_document(q_call *call, q_str bytes, q_str *out)
{
    q_app *app = call->app;
    q_read_options options = {.limits = app->limits.document};
    q_err why = {.code = Q_OK};
    q_pages pages;
    int fd = -1;
    q_code rc = q_fd_of_bytes("document", bytes, &fd, &call->err);

    if (rc)
        return rc;
    rc = q_read_document(app->workers, fd, &options, call->arena, &pages, &why);
    q_fd_close(fd);
    if (rc == Q_UNSUPPORTED)
        return unfit(call, "UNSUPPORTED_DOC_TYPE", &why);
    if (rc == Q_LIMIT)
        return unfit(call, "PAGE_LIMIT_EXCEEDED", &why);
    if (rc == Q_INVALID || rc == Q_DENIED || rc == Q_CRASHED || rc == Q_TIMEOUT)
        return unfit(call, NULL, &why);
    if (rc) {
        call->err = why;
        return rc;
    }
    return text_of_pages(call, &pages, out);
}

q_code comprehend__text(q_call *call, bool documents, q_str *out)
{
    const q_value *bytes = q_value_get(call->in, Q_STR("Bytes"));
    q_str text = q_value_str(call->in, Q_STR("Text"), Q_STR(""));
    q_err why;

    if (bytes && text.n)
        return q_call_fail(call, "InvalidRequestException", "give Text or Bytes, not both");
    *out = text;
    if (!bytes)
        return Q_OK;
    if (q_utf8_valid(bytes->s) && !q_str_has(bytes->s, 0) &&
        !q_str_starts(bytes->s, Q_STR("%PDF"))) {
        *out = bytes->s;
        return Q_OK;
    }
    if (documents)
        return read_document(call, bytes->s, out);
    q_err_set(&why, Q_UNSUPPORTED, "only plain text in UTF-8 is taken here");
    return unfit(call, "UNSUPPORTED_DOC_TYPE", &why);
}

/* ---- ClassifyDocument -------------------------------------------------------------------- */

q_code comprehend__classify(q_call *call)
{
    q_app *app = call->app;
    comprehend_model *model = NULL;
    q_code rc = comprehend__endpoint_model(call, &comprehend__model_kinds[0], &model);

    if (rc)
        return rc;
    rc = comprehend__detect(call, &comprehend__classes, model, true);
    comprehend__model_unref(app, model);
    return rc;
}

q_code comprehend__custom_detect(q_call *call)
{
    q_app *app = call->app;
    comprehend_model *model = NULL;
    q_code rc = comprehend__endpoint_model(call, &comprehend__model_kinds[1], &model);

    if (rc)
        return rc;
    rc = comprehend__detect(call, &comprehend__custom_entities, model, false);
    comprehend__model_unref(app, model);
    return rc;
}
