#include "service/lex_ids.h"

#include "base/digest.h"
#include "service/lex_bots.h"
#include "store/record.h"

#include <string.h>

#define IDS Q_STR("bot-id")

bool q_bot_id(q_str name, char out[Q_BOT_ID + 1])
{
    static const char SIGNS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    unsigned char digest[Q_DIGEST_MAX];
    uint64_t number;

    if (!q_digest_of(Q_SHA256, name, digest))
        return false;
    number = 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | digest[i];
    for (size_t i = 0; i < Q_BOT_ID; i++) {
        out[i] = SIGNS[number % 36];
        number /= 36;
    }
    out[Q_BOT_ID] = 0;
    return true;
}

/* The bot among all whose name or id this is; empty: none. */
static q_code search(q_catalog *c, q_str id, q_arena *a, q_str *name, q_err *err)
{
    q_bot_stored *bots;
    size_t count;
    char its[Q_BOT_ID + 1];
    q_code rc = q_bot_list(c, a, &bots, &count, err);

    *name = (q_str){0};
    for (size_t i = 0; !rc && i < count; i++) {
        if (!q_bot_id(q_str_of(bots[i].name), its))
            return q_err_nomem(err);
        if (q_str_is(id, bots[i].name) || (!name->n && q_str_is(id, its)))
            *name = q_str_of(bots[i].name);
        if (q_str_eq(*name, id))
            break;
    }
    return rc;
}

/* What was found is kept, so that a turn reads one small record. */
q_code q_bot_of_id(q_catalog *c, q_str id, int64_t now_ms, q_arena *a, q_str *name, q_err *err)
{
    q_record record;
    q_code rc = q_record_get(c, IDS, id, now_ms, a, &record, err);

    if (!rc)
        *name = record.value;
    if (rc != Q_NOTFOUND)
        return rc;
    rc = search(c, id, a, name, err);
    if (rc)
        return rc;
    if (!name->n)
        return q_err_set(err, Q_NOTFOUND, "no bot has the id %.*s; quern bot list tells them",
                         Q_ARG(id));
    return q_record_put(c, IDS, id, *name, now_ms, 0, err);
}
