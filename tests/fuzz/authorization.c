/* The input is a request target, a line end, and an Authorization header. What
 * is read as a signature has the parts that checking it needs, and a stranger's
 * signature never holds.
 */
#include "wire/sign.h"

#include <stdint.h>
#include <stdlib.h>

static void check(const q_signature *s)
{
    if (s->form == Q_SIGN_NONE)
        return;
    if (s->access_key.n == 0 || s->service.n == 0 || s->given.n == 0)
        abort();
    if (s->form != Q_SIGN_V2_QUERY && (s->given.n != 64 || s->day.n != 8 || s->date.n != 16))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 24);
    q_header headers[] = {{Q_STR("Host"), Q_STR("h")},
                          {Q_STR("X-Amz-Date"), Q_STR("20130524T000000Z")},
                          {Q_STR("X-Amz-Content-Sha256"), Q_STR("UNSIGNED-PAYLOAD")},
                          {Q_STR("Authorization"), Q_STR("")}};
    q_request r = {.method = Q_STR("GET"), .headers = headers};
    q_signature s;
    q_err err;

    r.header_count =
        q_str_cut((q_str){(const char *)data, size}, '\n', &r.target, &headers[3].value) ? 4 : 3;
    q_str_cut(r.target, '?', &r.path, &r.query);
    if (q_signature_read(&r, a, &s, &err) == Q_SIGN_OK) {
        check(&s);
        if (q_signature_current(&s, 1369353600000, &err) == Q_SIGN_OK && s.form != Q_SIGN_NONE &&
            q_signature_check(&s, &r, r.path, Q_STR("no one's"), Q_STR(""), NULL, a, &err) ==
                Q_SIGN_OK)
            abort();
    }
    q_arena_free(a);
    return 0;
}
