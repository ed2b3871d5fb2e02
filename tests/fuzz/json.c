/* Parsed JSON, written and parsed again, is the same document. */
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_buf once = q_buf_init(a, (size_t)1 << 24), twice = once;
    q_value *v, *again;
    q_str text;

    if (q_json_parse(a, (q_str){(const char *)data, size}, &v, NULL))
        goto done;
    q_json_write(&once, v);
    if (q_buf_finish(&once, &text, NULL))
        goto done;
    if (q_json_parse(a, text, &again, NULL))
        abort();
    q_json_write(&twice, again);
    if (!q_str_eq(q_buf_str(&once), q_buf_str(&twice)))
        abort();
done:
    q_arena_free(a);
    return 0;
}
