#include "service/lex_chat.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/bot.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/options.h"
#include "service/platform.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t turn_memory = (size_t)1 << 24;

typedef struct talk {
    q_app *app;
    q_str bot, alias, user;
} talk;

static q_code say(const talk *t, q_str text, q_err *err)
{
    q_arena *a = q_arena_new(turn_memory);
    q_chat_failure failure;
    q_chat_reply reply;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_bot_chat(
        t->app, &(q_chat_request){.bot = t->bot, .alias = t->alias, .user = t->user, .text = text},
        q_now_ms(), a, &reply, &failure, err);
    if (!rc && reply.message.n)
        printf("%.*s\n", Q_ARG(reply.message));
    else if (!rc && reply.intent)
        printf("(%.*s)\n", Q_ARG(reply.intent->name));
    fflush(stdout);
    q_arena_free(a);
    return rc;
}

/* A line a turn until the input ends; the first failure is the status. */
static int converse(const talk *t)
{
    bool person = isatty(STDIN_FILENO);
    int status = CLI_OK;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    q_err err;

    for (;;) {
        q_str text;

        if (person)
            fputs("> ", stdout);
        fflush(stdout);
        n = getline(&line, &room, stdin);
        if (n < 0)
            break;
        text = q_str_trim((q_str){line, (size_t)n});
        if (text.n == 0)
            continue;
        if (say(t, text, &err)) {
            cli_error("%s", err.msg);
            status = CLI_FAILED;
            if (!person)
                break;
        }
    }
    if (person)
        fputc('\n', stdout);
    free(line);
    return status;
}

/* BOT as a file: import it into the folder, which is a fresh one. */
static q_code import_file(q_app *app, const char *path, q_arena *a, q_str *name, q_err *err)
{
    q_bot_stored stored;
    q_str json;
    q_code rc = cli_bot_file(path, a, &json, err);

    if (rc)
        return rc;
    rc = q_bot_store(app->catalog, json, Q_STR(""), q_now_ms(), &stored, err);
    if (rc)
        return q_err_add(err, rc, "%s", path);
    *name = q_str_copy(a, q_str_of(stored.name));
    return name->p ? Q_OK : q_err_nomem(err);
}

static void on_interrupt(int number)
{
    (void)number;
}

/* Ctrl-C ends the reading of a line, and with it the conversation, so that
 * what was opened is closed. Only this thread takes it.
 */
static void interrupt_block(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigset_t set;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void interrupt_take(void)
{
    sigset_t none;

    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* Serving on a port of its own lets the bot's functions reach what they use. */
static q_code open_and_talk(const char *dir, const char *bot, bool is_file, const char *alias,
                            q_arena *a, int *status, q_err *err)
{
    q_platform_config config = {.data_dir = dir, .address = "127.0.0.1", .port = "0"};
    talk t = {.bot = q_str_of(bot), .alias = q_str_of(alias ? alias : "$LATEST")};
    const char *endpoint;
    q_platform *p = NULL;
    char user[37];
    q_code rc = q_uuid(user) ? Q_OK : q_err_set(err, Q_IO, "no random bytes");

    if (!rc)
        rc = q_platform_open(&config, &p, err);
    if (!rc && is_file)
        rc = import_file(q_platform_app(p), bot, a, &t.bot, err);
    if (!rc)
        rc = q_platform_serve(p, &endpoint, err);
    if (!rc) {
        t.app = q_platform_app(p);
        t.user = q_str_of(user);
        interrupt_take();
        *status = converse(&t);
    }
    q_platform_close(p, 1000);
    return rc;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}, {"alias", "NAME"}};
    char scratch[] = "/tmp/quern-chat-XXXXXX";
    q_arena *a = q_arena_new((size_t)1 << 26);
    const char *dir = NULL;
    bool is_file;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;

    if (!a || cli_options_read(&cli_chat, options, 2, argc, argv, &words))
        goto done;
    if (words.count != 1) {
        cli_usage(&cli_chat, "one bot is wanted");
        goto done;
    }
    status = CLI_FAILED;
    is_file = access(words.operands[0], F_OK) == 0;
    if (is_file && !words.values[0])
        dir = mkdtemp(scratch);
    else
        dir = cli_data_dir(words.values[0], a);
    if (!dir) {
        cli_error("no data folder; give --data DIR");
        goto done;
    }
    interrupt_block();
    q_log_set_level(Q_LOG_ERROR);
    if (open_and_talk(dir, words.operands[0], is_file, words.values[1], a, &status, &err))
        cli_error("%s", err.msg);
    if (dir == scratch && q_dir_remove(scratch, &err))
        cli_error("%s", err.msg);
done:
    q_arena_free(a);
    return status;
}

const cli_command cli_chat = {
    .name = "chat",
    .arguments = "BOT [--data DIR] [--alias NAME]",
    .summary = "talk with a bot, a line at a time",
    .help = "BOT is the name of a bot of the data folder (quern bot list), or a Lex V1 export\n"
            "file to try out without keeping it. No server needs to run.\n"
            "\n"
            "  --data DIR      the data folder (default: see quern help serve)\n"
            "  --alias NAME    the bot's alias (default: $LATEST)\n"
            "\n"
            "Each line of standard input is a turn, its answer a line of standard output.\n"
            "The end of the input (Ctrl-D) ends the conversation.\n",
    .run = run,
};
