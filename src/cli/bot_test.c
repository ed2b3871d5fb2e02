#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"
#include "base/wrap.h"
#include "cli/bot.h"
#include "cli/options.h"
#include "service/lex_script.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t arena_limit = (size_t)1 << 28, script_limit = (size_t)1 << 24,
                    output_limit = (size_t)1 << 27;

enum { DRAIN_MS = 1000 };

typedef struct tester {
    const char *bot, *alias, *data; /* as the options gave them; or NULL */
    bool update;
    q_value *json; /* the list of files; NULL: text is wanted */
    cli_style style;
    q_platform *platform; /* NULL: none was needed yet, or none is there */
    bool platform_tried;
    size_t conversations, turns, differing; /* so far */
    q_arena *arena;
    q_err *err;
} tester;

/* One file: its script, and what came of it. */
typedef struct trial {
    const char *path;
    q_script script;
    q_outcome *outcomes; /* of all turns, in order */
    q_differences *differences;
    q_bot_ready *bot;
} trial;

static size_t turns_of(const q_script *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        n += s->v[i].turn_count;
    return n;
}

/* The script's own bot is looked for beside it. */
static const char *bot_of(const tester *t, const trial *f)
{
    const char *slash = strrchr(f->path, '/');
    q_str beside;

    if (t->bot)
        return t->bot;
    if (!f->script.bot.n)
        return NULL;
    beside = q_str_printf(t->arena, "%.*s%.*s", slash ? (int)(slash + 1 - f->path) : 0, f->path,
                          Q_ARG(f->script.bot));
    if (beside.p && access(beside.p, F_OK) == 0)
        return beside.p;
    return q_str_cstr(t->arena, f->script.bot);
}

static q_code functions_open(tester *t, const q_bot *bot)
{
    if (t->platform_tried || !cli_bot_has_hooks(bot))
        return Q_OK;
    t->platform_tried = true;
    return cli_bot_platform(t->data, &t->platform, t->err);
}

static q_code script_read(tester *t, trial *f)
{
    const char *bot;
    q_str text;
    q_code rc = q_file_read(t->arena, f->path, script_limit, &text, t->err);

    if (rc)
        return rc;
    rc = q_script_parse(text, t->arena, &f->script, t->err);
    if (rc)
        return q_err_add(t->err, rc, "%s", f->path);
    bot = bot_of(t, f);
    if (!bot)
        return q_err_set(t->err, Q_INVALID,
                         "%s names no bot; begin it with \"bot NAME\", or give "
                         "--bot NAME",
                         f->path);
    rc = cli_bot_load(t->data, bot, t->alias, &f->bot, t->err);
    return rc ? rc : functions_open(t, q_bot_ready_bot(f->bot));
}

static q_code conversations_hold(tester *t, trial *f)
{
    size_t n = turns_of(&f->script), at = 0;
    q_app app = {.functions = t->platform ? q_platform_app(t->platform)->functions : NULL};
    q_code rc = Q_OK;

    f->outcomes = q_arena_array(t->arena, n, sizeof *f->outcomes);
    f->differences = q_arena_array(t->arena, n, sizeof *f->differences);
    if (!f->outcomes || !f->differences)
        return q_err_nomem(t->err);
    for (size_t i = 0; !rc && i < f->script.n; i++) {
        const q_conversation *c = &f->script.v[i];

        rc = q_script_hold(&app, f->bot, q_str_of(t->alias ? t->alias : "$LATEST"), c, q_now_ms(),
                           t->arena, &f->outcomes[at], t->err);
        for (size_t j = 0; !rc && j < c->turn_count; j++, at++)
            rc = q_script_check(&c->turns[j], &f->outcomes[at], t->arena, &f->differences[at],
                                t->err);
    }
    return rc;
}

/* ---- text ---- */

static void pad(q_buf *out, const char *blanks, const char *colour, const char *word,
                const char *off)
{
    q_buf_puts(out, blanks);
    q_buf_puts(out, colour);
    q_buf_puts(out, word);
    q_buf_puts(out, off);
    q_buf_puts(out, "  ");
}

static void title_put(const tester *t, q_buf *out, const q_conversation *c, size_t differing)
{
    q_str title = c->title.n ? c->title : Q_STR("(no title)");
    size_t width = t->style.width > 40 ? t->style.width - 32 : 8;

    pad(out, "  ", differing ? t->style.was : t->style.is, differing ? "differs" : "ok     ",
        t->style.off);
    q_wrap_put(q_wrap_line(&title, width), out);
    q_buf_puts(out, title.n ? "..." : "");
    if (differing)
        q_buf_printf(out, "  (%zu of %zu turn%s)\n", differing, c->turn_count,
                     c->turn_count == 1 ? "" : "s");
    else
        q_buf_printf(out, "  (%zu turn%s)\n", c->turn_count, c->turn_count == 1 ? "" : "s");
}

static q_code turn_put(const tester *t, q_buf *out, const q_script_turn *turn,
                       const q_differences *d)
{
    q_str user = turn->user;
    int used;
    char line[32];
    q_code rc = Q_OK;

    used = snprintf(line, sizeof line, "    line %zu  > ", turn->line);
    q_buf_puts(out, line);
    q_buf_puts(out, t->style.strong);
    q_wrap_put(q_wrap_line(&user, t->style.width - (size_t)used), out);
    while (q_str_trim(user).n) {
        q_buf_printf(out, "\n%*s", used, "");
        q_wrap_put(q_wrap_line(&user, t->style.width - (size_t)used), out);
    }
    q_buf_puts(out, t->style.off);
    q_buf_char(out, '\n');
    for (size_t i = 0; !rc && i < d->n; i++)
        rc = cli_difference_put(out, &t->style, &d->v[i], true, t->arena, t->err);
    return rc;
}

static size_t differing_turns(const q_differences *d, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += d[i].n > 0;
    return count;
}

/* A bot that does not fit behind its file stands below it. */
static void head_put(const tester *t, const trial *f, q_buf *out)
{
    q_str bot = q_bot_ready_bot(f->bot)->name;
    size_t used = q_utf8_columns(q_str_of(f->path)) + sizeof "  (bot )" - 1 + bot.n;

    q_buf_printf(out, "%s%s(bot %.*s)\n", f->path, used > t->style.width ? "\n  " : "  ",
                 Q_ARG(bot));
}

static q_code trial_put(const tester *t, const trial *f)
{
    q_buf out = q_buf_init(t->arena, output_limit);
    const q_differences *d = f->differences;
    q_code rc = Q_OK;

    head_put(t, f, &out);
    for (size_t i = 0; i < f->script.n; i++) {
        const q_conversation *c = &f->script.v[i];
        size_t differing = differing_turns(d, c->turn_count);

        title_put(t, &out, c, differing);
        for (size_t j = 0; !rc && j < c->turn_count; j++, d++)
            if (d->n)
                rc = turn_put(t, &out, &c->turns[j], d);
    }
    return rc ? rc : cli_put(&out, t->err);
}

/* ---- JSON ---- */

static void trial_json(const tester *t, const trial *f)
{
    q_value *file = q_list_map(t->json), *conversations;
    const q_differences *d = f->differences;
    const q_outcome *o = f->outcomes;

    q_map_str(file, Q_STR("file"), q_str_of(f->path));
    q_map_str(file, Q_STR("bot"), q_str_copy(t->arena, q_bot_ready_bot(f->bot)->name));
    conversations = q_map_list(file, Q_STR("conversations"));
    for (size_t i = 0; i < f->script.n; i++) {
        const q_conversation *c = &f->script.v[i];
        q_value *map = q_list_map(conversations), *turns;

        q_map_str(map, Q_STR("title"), c->title);
        q_map_int(map, Q_STR("line"), (int64_t)c->line);
        q_map_bool(map, Q_STR("agrees"), !differing_turns(d, c->turn_count));
        turns = q_map_list(map, Q_STR("turns"));
        for (size_t j = 0; j < c->turn_count; j++, d++, o++) {
            q_value *turn = q_list_map(turns);

            q_map_int(turn, Q_STR("line"), (int64_t)c->turns[j].line);
            q_map_str(turn, Q_STR("user"), c->turns[j].user);
            cli_outcome_json(turn, o);
            cli_differences_json(q_map_list(turn, Q_STR("differences")), d);
        }
    }
}

/* ---- a file ---- */

static q_code update(const tester *t, const trial *f)
{
    q_str text;
    q_code rc = q_script_update(&f->script, f->outcomes, t->arena, &text, t->err);

    return rc ? rc : q_file_replace(f->path, text, 0644, t->err);
}

static void count(tester *t, const trial *f)
{
    const q_differences *d = f->differences;

    for (size_t i = 0; i < f->script.n; i++) {
        size_t n = f->script.v[i].turn_count;

        t->conversations++;
        t->turns += n;
        t->differing += differing_turns(d, n) > 0;
        d += n;
    }
}

static void bot_unref(void *bot)
{
    q_bot_ready_unref(bot);
}

static q_code file_test(tester *t, const char *path)
{
    trial f = {.path = path};
    q_code rc = script_read(t, &f);

    if (f.bot && q_arena_defer(t->arena, bot_unref, f.bot)) /* the outcomes point into it */
        return q_err_nomem(t->err);
    if (!rc)
        rc = conversations_hold(t, &f);
    if (rc)
        return rc;
    count(t, &f);
    if (t->json)
        trial_json(t, &f);
    else
        rc = trial_put(t, &f);
    return !rc && t->update ? update(t, &f) : rc;
}

static q_code finish(const tester *t)
{
    if (t->json)
        return cli_put_json(t->json, t->arena, t->err);
    printf("\n%zu conversation%s, %zu turn%s: ", t->conversations, t->conversations == 1 ? "" : "s",
           t->turns, t->turns == 1 ? "" : "s");
    if (!t->differing)
        printf("%sall agree%s\n", t->style.is, t->style.off);
    else
        printf("%s%zu differ%s%s%s\n", t->style.was, t->differing, t->differing == 1 ? "s" : "",
               t->update ? ", now written as it is" : "", t->style.off);
    return Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {
        {"bot", "BOT"}, {"alias", "NAME"}, {"data", "DIR"}, {"update", NULL}, {"json", NULL}};
    tester t = {.arena = q_arena_new(arena_limit), .style = cli_style_of_stdout()};
    int status = CLI_USAGE;
    cli_words words;
    q_err err;
    q_code rc = Q_OK;

    if (!t.arena || cli_options_read(&cli_bot_test, options, 5, argc, argv, &words))
        goto done;
    if (!words.count) {
        cli_usage(&cli_bot_test, "no file of conversations is named");
        goto done;
    }
    q_log_set_level(Q_LOG_ERROR);
    t.bot = words.values[0];
    t.alias = words.values[1];
    t.data = words.values[2];
    t.update = words.values[3] != NULL;
    t.json = words.values[4] ? q_value_list(t.arena) : NULL;
    t.err = &err;
    for (int i = 0; !rc && i < words.count; i++)
        rc = file_test(&t, words.operands[i]);
    if (!rc)
        rc = finish(&t);
    if (rc)
        cli_error("%s", err.msg);
    status = rc || (t.differing && !t.update) ? CLI_FAILED : CLI_OK;
done:
    q_platform_close(t.platform, DRAIN_MS);
    q_arena_free(t.arena);
    return status;
}

const cli_command cli_bot_test = {
    .name = "bot test",
    .arguments = "FILE... [--bot BOT] [--alias NAME] [--data DIR] [--update] [--json]",
    .summary = "hold written conversations and show what differs",
    .help = "A file holds conversations as plain text:\n"
            "\n"
            "    # a comment\n"
            "    bot orders.json                  the bot, unless --bot names it\n"
            "    == Two windows                   a conversation begins\n"
            "      session channel = web          what it starts with: session, request,\n"
            "      now 2026-11-30T09:00:00Z       and the time, for dates\n"
            "    > I want two windows             what the user says\n"
            "    < Which *size*?                  what the bot says, a line each\n"
            "      intent OrderWindows\n"
            "      slot Count = 2                 slot Count = (nothing) wants no value\n"
            "      state ElicitSlot\n"
            "      asks Size\n"
            "    > large\n"
            "      wait 90                        seconds that pass before it\n"
            "      hook Close Fulfilled Ordered.  what the bot's function answers\n"
            "    < Ordered.\n"
            "      session orders = 1\n"
            "\n"
            "* is any text, \\* a star; < * alone any lines, < alone silence. A turn is\n"
            "compared only in what stands below it. There are also: contexts A B (all that\n"
            "are active), confidence 0.8 (at least), error TEXT (the turn fails so). A hook\n"
            "line is an action (Delegate, ElicitSlot SLOT TEXT, ConfirmIntent TEXT,\n"
            "ElicitIntent TEXT, Close Fulfilled|Failed TEXT), a function's whole answer\n"
            "({...} of JSON), or fails TEXT; ahead of the first turn it answers every call.\n"
            "What no hook line answers is the function's, if the data folder has it.\n"
            "\n"
            "  --bot BOT       an export file, or a bot of the data folder\n"
            "  --alias NAME    of that bot: an alias or a version (default: $LATEST)\n"
            "  --data DIR      the data folder (default: see quern help serve)\n"
            "  --update        write what was said into the file, where it differs or\n"
            "                  nothing was wanted yet\n"
            "  --json          the results as JSON\n"
            "\n"
            "Nothing is kept: each conversation is a new session. The exit status is 1 when\n"
            "something differs.\n",
    .run = run,
};
