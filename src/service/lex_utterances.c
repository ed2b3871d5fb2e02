#include "service/lex_utterances.h"

#include "service/lex_models.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static int64_t day_of(int64_t ms)
{
    return ms / DAY_MS;
}

static q_code note(q_catalog *c, void *arg, q_err *err)
{
    const q_utterance *u = arg;
    q_code rc = q_catalog_run(
        c,
        "INSERT INTO utterance (bot, version, missed, text, speaker, day, count, first_ms, last_ms)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7 WHERE NOT EXISTS (SELECT 1 FROM definition"
        " WHERE kind = ?8 AND folded = lower(?1)"
        " AND version = CASE ?2 WHEN '$LATEST' THEN 0 ELSE CAST (?2 AS INTEGER) END"
        " AND flags & ?9 != 0)"
        " ON CONFLICT (bot, version, missed, text, speaker, day) DO UPDATE SET"
        " count = utterance.count + 1, last_ms = excluded.last_ms",
        Q_PARAMS(Q_P_TEXT(u->bot), Q_P_TEXT(u->version), Q_P_INT(u->missed), Q_P_TEXT(u->text),
                 Q_P_TEXT(u->user), Q_P_INT(day_of(u->now_ms)), Q_P_INT(u->now_ms),
                 Q_P_INT(LEX_BOT), Q_P_INT(LEX_HIDDEN)),
        NULL, err);

    if (!rc)
        rc = q_catalog_run(c, "DELETE FROM utterance WHERE day <= ?1",
                           Q_PARAMS(Q_P_INT(day_of(u->now_ms) - Q_UTTERANCE_DAYS)), NULL, err);
    return rc;
}

q_code q_utterance_note(q_catalog *c, const q_utterance *u, q_err *err)
{
    q_utterance copy = *u;

    return q_catalog_transact(c, note, &copy, err);
}

static q_code seen_read(q_rows *rows, q_arena *a, q_utterance_seen **v, size_t *n, q_err *err)
{
    bool more = true;
    q_code rc = Q_OK;

    while (!rc && more && *n < Q_UTTERANCES_SEEN) {
        rc = q_rows_next(rows, &more, err);
        if (rc || !more)
            break;
        (*v)[*n] =
            (q_utterance_seen){q_rows_text(rows, 0, a), q_rows_int(rows, 1), q_rows_int(rows, 2),
                               q_rows_int(rows, 3), q_rows_int(rows, 4)};
        if (!(*v)[(*n)++].text.p)
            rc = q_err_nomem(err);
    }
    return rc;
}

q_code q_utterances_seen(q_catalog *c, q_str bot, q_str version, bool missed, int64_t now_ms,
                         q_arena *a, q_utterance_seen **out, size_t *count, q_err *err)
{
    q_rows *rows = NULL;
    q_code rc;

    *count = 0;
    *out = q_arena_array(a, Q_UTTERANCES_SEEN, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    rc = q_catalog_query(c,
                         "SELECT text, sum(count), count(DISTINCT speaker), min(first_ms),"
                         " max(last_ms) FROM utterance WHERE bot = ?1 AND version = ?2"
                         " AND missed = ?3 AND day > ?4 GROUP BY text"
                         " ORDER BY sum(count) DESC, text LIMIT 100",
                         Q_PARAMS(Q_P_TEXT(bot), Q_P_TEXT(version), Q_P_INT(missed),
                                  Q_P_INT(day_of(now_ms) - Q_UTTERANCE_DAYS)),
                         &rows, err);
    if (!rc)
        rc = seen_read(rows, a, out, count, err);
    q_rows_close(rows);
    return rc;
}

q_code q_utterances_forget(q_catalog *c, q_str bot, q_str user, q_err *err)
{
    return q_catalog_run(c, "DELETE FROM utterance WHERE bot = ?1 AND speaker = ?2",
                         Q_PARAMS(Q_P_TEXT(bot), Q_P_TEXT(user)), NULL, err);
}
