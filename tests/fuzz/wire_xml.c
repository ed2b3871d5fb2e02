/* XML that is accepted as S3's input, written by its shape and read again, is
 * the same input; what is refused is called MalformedXML.
 */
#include "base/json.h"
#include "wire/input.h"
#include "wire/route.h"
#include "wire/write.h"

#include <stdint.h>
#include <stdlib.h>

static const struct {
    const char *operation, *path, *query;
} targets[] = {{"DeleteObjects", "/b", "delete"},
               {"CompleteMultipartUpload", "/b/k", "uploadId=u"},
               {"CreateBucket", "/b", ""}};

static const q_api_operation *operation(size_t target)
{
    return q_api_operation_find(q_api_find(Q_STR("s3")), q_str_of(targets[target].operation));
}

static q_value *read_body(size_t target, q_str body, q_arena *a)
{
    const q_api_operation *op = operation(target);
    q_request req = {.method = op->method, .query = q_str_of(targets[target].query)};
    q_fault fault;
    q_value *in = NULL;
    q_code rc = q_input_read(op, &req, q_str_of(targets[target].path), body, a, &in, &fault);

    if (rc && rc != Q_NOMEM && (!fault.error || !q_str_is(q_str_of(fault.error), "MalformedXML")))
        abort();
    return rc ? NULL : in;
}

static void same(const q_value *a, const q_value *b, q_arena *arena)
{
    q_buf one = q_buf_init(arena, (size_t)1 << 24), two = one;

    q_json_write(&one, a);
    q_json_write(&two, b);
    if (!one.rc && !two.rc && !q_str_eq(q_buf_str(&one), q_buf_str(&two)))
        abort();
}

static void round_trip(size_t target, q_str body)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    const q_member *payload = q_shape_payload(operation(target)->input);
    q_value *in = read_body(target, body, a), *again;
    const q_value *document = in ? q_value_get(in, payload->name) : NULL;
    q_buf wire = q_buf_init(a, (size_t)1 << 24);
    q_str text;

    if (!document)
        goto done;
    q_buf_printf(&wire, "<%s>", payload->wire_name.p);
    write__xml(&wire, payload->shape, document);
    q_buf_printf(&wire, "</%s>", payload->wire_name.p);
    if (wire.rc == Q_INTERNAL)
        abort();
    if (q_buf_finish(&wire, &text, NULL))
        goto done;
    again = read_body(target, text, a);
    if (!again)
        abort();
    same(in, again, a);
done:
    q_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        round_trip(i, (q_str){(const char *)data, size});
    return 0;
}
