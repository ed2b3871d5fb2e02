/* The body of a request to a model: a first byte that chooses the form and the
 * model's inputs, then the body. What is read has the shapes that the inputs
 * want, can be written in all forms, and read again from JSON.
 */
#include "service/sagemaker_form.h"

#include "engine/element.h"
#include "engine/graph.h"
#include "serving/join.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static const q_str names[] = {Q_STR_INIT("N"), Q_STR_INIT("M")};

static q_port ports[][2] = {
    {{Q_STR_INIT("x"), Q_F32, {2, {Q_DIM_UNKNOWN, 2}}, true, names}},
    {{Q_STR_INIT("x"), Q_F64, {3, {Q_DIM_UNKNOWN, 2, Q_DIM_UNKNOWN}}, true, NULL}},
    {{Q_STR_INIT("x"), Q_STRING, {1, {Q_DIM_UNKNOWN}}, true, names}},
    {{Q_STR_INIT("x"), Q_U8, {0, {0}}, false, NULL}},
    {{Q_STR_INIT("a"), Q_I64, {2, {Q_DIM_UNKNOWN, 1}}, true, names},
     {Q_STR_INIT("b"), Q_STRING, {2, {Q_DIM_UNKNOWN, 2}}, true, names}},
    {{Q_STR_INIT("a"), Q_BOOL, {1, {Q_DIM_UNKNOWN}}, true, names},
     {Q_STR_INIT("b"), Q_F16, {2, {Q_DIM_UNKNOWN, 2}}, true, names}},
};

enum { PORTS = sizeof ports / sizeof *ports, LIMIT = 1 << 24 };

/* JSON loses the shape of what is empty, infinities, and texts that are no UTF-8. */
static bool survives(const q_tensor *t)
{
    if (t->dtype == Q_STRING || q_shape_count(&t->shape) == 0)
        return false;
    for (size_t i = 0; i < q_shape_count(&t->shape); i++)
        if (isinf(q_element_get(t, i)))
            return false;
    return true;
}

/* The answer as a request: its member is "inputs" then. */
static q_str as_request(q_str answer, q_arena *a)
{
    const size_t head = sizeof "{\"outputs\"" - 1;
    q_buf b = q_buf_init(a, LIMIT);
    q_str out = {NULL, 0};

    q_buf_puts(&b, "{\"inputs\"");
    q_buf_put(&b, q_str_sub(answer, head, answer.n));
    if (q_buf_finish(&b, &out, NULL))
        return (q_str){NULL, 0};
    return out;
}

static void check(const q_ports *p, form_input *in, q_arena *a)
{
    form_input again;
    q_str body = {NULL, 0};
    q_err err;

    for (size_t i = 0; i < p->input_count; i++)
        if (form__check(&p->inputs[i], &in->in[i], &err))
            abort();
    for (int kind = 0; kind < 3; kind++) {
        q_code rc = form__write((form_kind)kind, p, in->in, false, LIMIT, a, &body, &err);

        if (rc && rc != Q_UNSUPPORTED && rc != Q_LIMIT && rc != Q_NOMEM)
            abort();
    }
    for (size_t i = 0; i < p->input_count; i++)
        if (!survives(&in->in[i]))
            return;
    if (form__write(FORM_JSON, p, in->in, true, LIMIT, a, &body, &err))
        return;
    body = as_request(body, a);
    if (body.p && (form__read(FORM_JSON, body, p, a, &again, &err) ||
                   !join__same(in->in, again.in, p->input_count)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    form_input in;
    q_ports p;
    q_err err;

    if (size == 0 || !a)
        goto done;
    p.inputs = p.outputs = ports[data[0] / 3 % PORTS];
    p.input_count = p.output_count = data[0] / 3 % PORTS < 4 ? 1 : 2;
    if (form__read((form_kind)(data[0] % 3), (q_str){(const char *)data + 1, size - 1}, &p, a, &in,
                   &err) == Q_OK)
        check(&p, &in, a);
done:
    q_arena_free(a);
    return 0;
}
