/* JSON that is accepted as an operation's input, written by its shape and read
 * again, is the same input; what is refused has a name for it.
 */
#include "base/json.h"
#include "wire/input.h"
#include "wire/route.h"
#include "wire/write.h"

#include <stdint.h>
#include <stdlib.h>

static const struct {
    const char *api, *operation, *path;
} targets[] = {{"textract", "StartDocumentTextDetection", "/"},
               {"lex-runtime", "PostText", "/bot/b/alias/a/user/me/text"},
               {"comprehend", "DetectEntities", "/"}};

static q_value *read_body(const q_api_operation *op, const char *path, q_str body, q_arena *a)
{
    q_request req = {.method = Q_STR("POST")};
    q_fault fault;
    q_value *in = NULL;
    q_code rc = q_input_read(op, &req, q_str_of(path), body, a, &in, &fault);

    if (rc && !fault.error && rc != Q_NOMEM)
        abort();
    return rc ? NULL : in;
}

static void round_trip(const q_api_operation *op, const char *path, q_str body)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_buf wire = q_buf_init(a, (size_t)1 << 24), one = wire, two = wire;
    q_value *in = read_body(op, path, body, a), *again;
    q_str text;

    if (!in)
        goto done;
    write__json(&wire, op->input, in);
    if (wire.rc == Q_INTERNAL)
        abort();
    if (q_buf_finish(&wire, &text, NULL))
        goto done;
    again = read_body(op, path, text, a);
    if (!again)
        abort();
    q_json_write(&one, in);
    q_json_write(&two, again);
    if (!one.rc && !two.rc && !q_str_eq(q_buf_str(&one), q_buf_str(&two)))
        abort();
done:
    q_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        round_trip(q_api_operation_find(q_api_find(q_str_of(targets[i].api)),
                                        q_str_of(targets[i].operation)),
                   targets[i].path, (q_str){(const char *)data, size});
    return 0;
}
