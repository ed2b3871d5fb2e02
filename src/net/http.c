#include "net/http.h"

q_str q_request_header(const q_request *r, const char *name)
{
    q_str want = q_str_of(name);

    for (size_t i = 0; i < r->header_count; i++)
        if (q_str_eq_nocase(r->headers[i].name, want))
            return r->headers[i].value;
    return (q_str){NULL, 0};
}

void q_reply_init(q_reply *r, q_arena *arena)
{
    *r = (q_reply){.arena = arena, .status = 200, .body = Q_STR(""), .file = -1};
}

/* A line end in a header would let its author write the next one. */
static bool one_line(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == 0)
            return false;
    return true;
}

q_code q_reply_header(q_reply *r, const char *name, q_str value)
{
    q_code rc = q_arena_grow(r->arena, &r->headers, &r->header_cap, r->header_count + 1,
                             sizeof *r->headers);
    q_header h;

    if (rc)
        return rc;
    if (!one_line(value))
        return Q_INVALID;
    h = (q_header){q_str_copy(r->arena, q_str_of(name)), q_str_copy(r->arena, value)};
    if (!h.name.p || !h.value.p)
        return Q_NOMEM;
    r->headers[r->header_count++] = h;
    return Q_OK;
}
