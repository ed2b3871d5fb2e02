/* A form is read by shapes with lists, maps and structures in them, and is
 * routed: whatever it holds, values fit their shapes.
 */
#include "wire/read.h"
#include "wire/route.h"
#include "wire/write.h"

#include <stdint.h>
#include <stdlib.h>

static const struct {
    const char *api, *operation;
} targets[] = {{"sts", "GetCallerIdentity"},
               {"lex-runtime", "PostText"},
               {"textract", "StartDocumentTextDetection"},
               {"s3", "DeleteObjects"}};

static void read_as(const q_api_shape *shape, q_str form)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_buf out = q_buf_init(a, (size_t)1 << 24);
    q_value *in = q_value_map(a);
    q_err err;

    if (read__form(shape, form, in, &err) == Q_OK) {
        write__json(&out, shape, in);
        if (out.rc == Q_INTERNAL)
            abort();
    }
    q_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_str form = {(const char *)data, size};
    q_request req = {.method = Q_STR("POST"), .query = form};
    const q_api *api;

    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        read_as(q_api_operation_find(q_api_find(q_str_of(targets[i].api)),
                                     q_str_of(targets[i].operation))
                    ->input,
                form);
    if (q_route(&req, Q_STR("sts"), form, Q_STR("/"), &api) && !api)
        abort();
    if (q_route(&req, Q_STR("s3"), Q_STR(""), form, &api) && !api)
        abort();
    return 0;
}
