/* quern bot fork and replay: a session's past, taken up again. */
#include "service/lex_replay.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wrap.h"
#include "cli/bot.h"
#include "cli/data.h"
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const size_t arena_limit = (size_t)1 << 28, output_limit = (size_t)1 << 26;

enum { DRAIN_MS = 1000 };

/* "--at windowSelection", "--at 3" */
static q_replay_from from_of(const char *at)
{
    q_replay_from from = {0};
    int64_t number;

    if (at && q_str_i64(q_str_of(at), &number) && number > 0)
        from.number = number;
    else if (at)
        from.label = q_str_of(at);
    return from;
}

typedef struct past {
    q_app app;
    q_catalog *catalog;
    q_chat_request who;
    q_chat_entry *entries;
    size_t count;
    q_arena *arena;
} past;

static q_code past_read(past *p, const char *bot, const char *alias, const char *user,
                        const char *at, q_err *err)
{
    q_replay_from from = from_of(at);

    p->app.catalog = p->catalog;
    p->who = (q_chat_request){
        .bot = q_str_of(bot), .alias = q_str_of(alias ? alias : "$LATEST"), .user = q_str_of(user)};
    return q_replay_log(&p->app, &p->who, &from, q_now_ms(), p->arena, &p->entries, &p->count, err);
}

/* ---- fork ---- */

static int fork_run(int argc, char **argv)
{
    static const cli_option options[] = {{"user", "ID"},    {"as", "ID"},   {"at", "CHECKPOINT"},
                                         {"alias", "NAME"}, {"to", "NAME"}, {"data", "DIR"}};
    past p = {.arena = q_arena_new(arena_limit)};
    q_chat_request to;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;
    q_code rc;

    if (!p.arena || cli_options_read(&cli_bot_fork, options, 6, argc, argv, &words))
        goto done;
    if (words.count != 1 || !words.values[0] || !words.values[1]) {
        cli_usage(&cli_bot_fork, "a bot, --user ID and --as ID are wanted");
        goto done;
    }
    status = cli_data_open(words.values[5], &p.catalog);
    if (status)
        goto done;
    rc = past_read(&p, words.operands[0], words.values[3], words.values[0], words.values[2], &err);
    to = p.who;
    to.user = q_str_of(words.values[1]);
    if (words.values[4])
        to.alias = q_str_of(words.values[4]);
    if (!rc)
        rc = q_replay_fork(&p.app, &p.entries[0], &to, q_now_ms(), p.arena, &err);
    if (rc) {
        cli_error("%s", err.msg);
        status = CLI_FAILED;
    } else {
        printf("%s has a session with %s as it stood before turn %lld\n", words.values[1],
               words.operands[0], (long long)p.entries[0].number);
    }
done:
    q_catalog_close(p.catalog);
    q_arena_free(p.arena);
    return status;
}

const cli_command cli_bot_fork = {
    .name = "bot fork",
    .arguments = "BOT --user ID --as ID [--at CHECKPOINT] [--alias NAME] [--to NAME] [--data DIR]",
    .summary = "give a user a session as another's stood at a checkpoint",
    .help = "The latest 64 turns of a session are kept for a day.\n"
            "\n"
            "  --user ID         whose session it is (userId, sessionId)\n"
            "  --as ID           who gets the copy; a user without a session\n"
            "  --at CHECKPOINT   a checkpoint's label, or the number of a turn: as it stood\n"
            "                    before (default: before the oldest turn that is kept)\n"
            "  --alias NAME      the alias that was talked with (default: $LATEST)\n"
            "  --to NAME         the alias that the copy goes on with (default: the same)\n"
            "  --data DIR        the data folder (default: see quern help serve)\n",
    .run = fork_run,
};

/* ---- replay ---- */

/* The version that said it, if it is still there; else the one it is said to now. */
static q_code old_bot(const past *p, const char *data, q_bot_ready *now, q_bot_ready **out,
                      q_err *err)
{
    const char *name = q_str_cstr(p->arena, p->who.bot);
    const char *version = q_str_cstr(p->arena, p->entries[0].bot_version);
    q_err why;

    *out = NULL;
    if (!name || !version)
        return q_err_nomem(err);
    if (cli_bot_load(data, name, version, out, &why) == Q_NOMEM)
        return q_err_nomem(err);
    if (!*out)
        *out = now;
    return Q_OK;
}

static q_code turn_put(q_buf *out, const cli_style *s, const q_replayed *r, q_arena *a, q_err *err)
{
    q_str text = r->text;
    char head[40];
    int used = snprintf(head, sizeof head, "  turn %lld  > ", (long long)r->number);
    q_code rc = Q_OK;

    if (r->put) {
        q_buf_printf(out, "  turn %lld  %s(a client set the session)%s\n", (long long)r->number,
                     s->dim, s->off);
        return Q_OK;
    }
    q_buf_puts(out, head);
    q_buf_puts(out, s->strong);
    q_wrap_put(q_wrap_line(&text, s->width - (size_t)used - 8), out);
    q_buf_puts(out, q_str_trim(text).n ? "..." : "");
    q_buf_puts(out, s->off);
    if (!r->differences.n)
        q_buf_printf(out, "  %sthe same%s", s->is, s->off);
    q_buf_char(out, '\n');
    for (size_t i = 0; !rc && i < r->differences.n; i++)
        rc = cli_difference_put(out, s, &r->differences.v[i], false, a, err);
    return rc;
}

static void turns_json(q_value *list, const q_replayed *turns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        q_value *map = q_list_map(list);

        q_map_int(map, Q_STR("turn"), turns[i].number);
        q_map_bool(map, Q_STR("put"), turns[i].put);
        if (turns[i].put)
            continue;
        q_map_str(map, Q_STR("user"), turns[i].text);
        cli_outcome_json(q_map_map(map, Q_STR("was")), &turns[i].was);
        cli_outcome_json(q_map_map(map, Q_STR("is")), &turns[i].is);
        cli_differences_json(q_map_list(map, Q_STR("differences")), &turns[i].differences);
    }
}

static q_code print(const past *p, const q_replayed *turns, bool json, q_err *err)
{
    cli_style style = cli_style_of_stdout();
    q_buf out = q_buf_init(p->arena, output_limit);
    size_t said = 0, differing = 0;
    q_value *list;
    q_code rc = Q_OK;

    if (json) {
        list = q_value_list(p->arena);
        turns_json(list, turns, p->count);
        return cli_put_json(list, p->arena, err);
    }
    for (size_t i = 0; !rc && i < p->count; i++) {
        rc = turn_put(&out, &style, &turns[i], p->arena, err);
        said += !turns[i].put;
        differing += turns[i].differences.n > 0;
    }
    q_buf_printf(&out, "\n%zu turn%s: ", said, said == 1 ? "" : "s");
    if (differing)
        q_buf_printf(&out, "%s%zu differ%s%s\n", style.was, differing, differing == 1 ? "s" : "",
                     style.off);
    else
        q_buf_printf(&out, "%sall the same%s\n", style.is, style.off);
    return rc ? rc : cli_put(&out, err);
}

static q_code replay(past *p, const char *data, q_bot_ready *now, bool json, bool *differ,
                     q_err *err)
{
    q_replayed *turns = q_arena_array(p->arena, p->count, sizeof *turns);
    q_platform *platform = NULL;
    q_bot_ready *old = NULL;
    q_code rc = turns ? old_bot(p, data, now, &old, err) : q_err_nomem(err);

    if (!rc && cli_bot_has_hooks(q_bot_ready_bot(now)))
        rc = cli_bot_platform(data, &platform, err);
    if (!rc) {
        p->app.functions = platform ? q_platform_app(platform)->functions : NULL;
        rc = q_replay(&p->app, old, now, &p->who, p->entries, p->count, p->arena, turns, err);
    }
    if (!rc)
        rc = print(p, turns, json, err);
    for (size_t i = 0; !rc && i < p->count; i++)
        *differ = *differ || turns[i].differences.n;
    q_platform_close(platform, DRAIN_MS);
    if (old != now)
        q_bot_ready_unref(old);
    return rc;
}

static int replay_run(int argc, char **argv)
{
    static const cli_option options[] = {{"user", "ID"},    {"at", "CHECKPOINT"}, {"with", "BOT"},
                                         {"alias", "NAME"}, {"to", "NAME"},       {"data", "DIR"},
                                         {"json", NULL}};
    past p = {.arena = q_arena_new(arena_limit)};
    q_bot_ready *now = NULL;
    bool differ = false;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;
    q_code rc;

    if (!p.arena || cli_options_read(&cli_bot_replay, options, 7, argc, argv, &words))
        goto done;
    if (words.count != 1 || !words.values[0]) {
        cli_usage(&cli_bot_replay, "a bot and --user ID are wanted");
        goto done;
    }
    q_log_set_level(Q_LOG_ERROR);
    status = cli_data_open(words.values[5], &p.catalog);
    if (status)
        goto done;
    rc = past_read(&p, words.operands[0], words.values[3], words.values[0], words.values[1], &err);
    if (!rc)
        rc = cli_bot_load(words.values[5], words.values[2] ? words.values[2] : words.operands[0],
                          words.values[4], &now, &err);
    if (!rc)
        rc = replay(&p, words.values[5], now, words.values[6] != NULL, &differ, &err);
    if (rc)
        cli_error("%s", err.msg);
    status = rc || differ ? CLI_FAILED : CLI_OK;
done:
    q_bot_ready_unref(now);
    q_catalog_close(p.catalog);
    q_arena_free(p.arena);
    return status;
}

const cli_command cli_bot_replay = {
    .name = "bot replay",
    .arguments = "BOT --user ID [--at CHECKPOINT] [--with BOT] [--to NAME] [--alias NAME] "
                 "[--data DIR] [--json]",
    .summary = "say a session again to another version of its bot",
    .help = "What the user said is said again, from a checkpoint on, and what is answered\n"
            "otherwise is shown turn by turn. Nothing is kept; functions are called.\n"
            "\n"
            "  --user ID         whose session it is (userId, sessionId)\n"
            "  --at CHECKPOINT   from a checkpoint's label, or the number of a turn, on\n"
            "                    (default: from the oldest turn that is kept)\n"
            "  --with BOT        say it to this export file or bot (default: the same bot)\n"
            "  --to NAME         ... of this alias or version (default: $LATEST)\n"
            "  --alias NAME      the alias that was talked with (default: $LATEST)\n"
            "  --data DIR        the data folder (default: see quern help serve)\n"
            "  --json            the turns as JSON\n"
            "\n"
            "The exit status is 1 when something differs.\n",
    .run = replay_run,
};
