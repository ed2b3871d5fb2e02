/* BatchDetect...: up to 25 texts, each with its own result or error. */
#include "service/comprehend.h"

enum { BATCH = 25, BATCH_TEXT = 5000 /* bytes of a text */ };

static void fail(q_value *errors, size_t index, const char *code, q_str message)
{
    q_value *map = q_list_map(errors);

    q_map_int(map, Q_STR("Index"), (int64_t)index);
    q_map_str(map, Q_STR("ErrorCode"), q_str_of(code));
    q_map_str(map, Q_STR("ErrorMessage"), message);
}

q_code comprehend__batch(q_call *call, const comprehend_feature *f)
{
    const q_value *texts = q_value_get(call->in, Q_STR("TextList"));
    comprehend_ask ask = {.app = call->app};
    q_value *results = q_map_list(call->out, Q_STR("ResultList"));
    q_value *errors = q_map_list(call->out, Q_STR("ErrorList"));
    q_code rc = comprehend__language(call, f, "UnsupportedLanguageException");
    size_t index = 0;

    if (!rc && q_value_count(texts) > BATCH)
        return q_call_fail(call, "BatchSizeLimitExceededException",
                           "TextList has %zu documents; at most %d", q_value_count(texts), BATCH);
    for (const q_value *v = q_value_first(texts); v && !rc; v = v->next, index++) {
        q_value *map;

        if (!q_str_trim(v->s).n) {
            fail(errors, index, "INVALID_REQUEST", Q_STR("the text is empty"));
        } else if (v->s.n > BATCH_TEXT) {
            fail(errors, index, "TEXT_SIZE_LIMIT_EXCEEDED",
                 q_str_printf(call->arena, "the text has %zu bytes; at most %d", v->s.n,
                              BATCH_TEXT));
        } else {
            map = q_list_map(results);
            q_map_int(map, Q_STR("Index"), (int64_t)index);
            rc = map ? f->find(&ask, v->s, map, &call->err) : q_err_nomem(&call->err);
        }
    }
    return rc ? rc : q_value_ok(call->out, &call->err);
}
