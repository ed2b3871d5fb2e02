#include "cli/bot.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/data.h"
#include "service/lex_archive.h"
#include "service/lex_import_v2.h"

#include <stdio.h>
#include <unistd.h>

static const size_t file_limit = (size_t)1 << 24, arena_limit = (size_t)1 << 27,
                    output_limit = (size_t)1 << 27;

static const cli_command *const verbs[] = {&cli_bot_import, &cli_bot_list,      &cli_bot_show,
                                           &cli_bot_export, &cli_bot_test,      &cli_bot_fork,
                                           &cli_bot_replay, &cli_bot_confusion, NULL};

static int run(int argc, char **argv)
{
    const cli_command *verb;

    if (argc == 0) {
        fputs("usage: quern bot COMMAND ...\n\n", stdout);
        for (const cli_command *const *v = verbs; *v; v++)
            printf("  %-14s %s\n", (*v)->name, (*v)->summary);
        fputs("\nquern help bot COMMAND tells more of one of them.\n", stdout);
        return CLI_OK;
    }
    verb = cli_find_verb(&cli_bot, argv[0]);
    if (!verb)
        return cli_usage(&cli_bot, "%s is no command of it", argv[0]);
    return verb->run(argc - 1, argv + 1);
}

const cli_command cli_bot = {
    .name = "bot",
    .arguments = "COMMAND ...",
    .summary = "keep bots, and test what they say",
    .help = "A bot is an export file, or the name of one that the data folder keeps. A server\n"
            "that runs on the folder sees every change at once.\n",
    .run = run,
    .verbs = verbs,
};

/* The bot in a zip, with what was left out of it told to the person. */
static q_code unzip(q_str zip, q_arena *a, q_str *json, q_err *err)
{
    q_workers *workers = NULL;
    q_archive_file *files = NULL;
    q_lex_file file = {{NULL, 0}, {NULL, 0}};
    size_t count = 0;
    q_code rc = q_archive_workers_new(1, &workers, err);

    if (!rc)
        rc = q_archive_read(workers, zip, a, &files, &count, err);
    if (!rc)
        rc = q_lex_definition(files, count, a, &file, err);
    q_workers_free(workers);
    if (!rc && file.warnings.n)
        fwrite(file.warnings.p, 1, file.warnings.n, stderr);
    *json = file.json;
    return rc;
}

q_code cli_bot_file(const char *path, q_arena *a, q_str *json, q_err *err)
{
    q_code rc = q_file_read(a, path, file_limit, json, err);

    if (rc || !q_archive_is(*json))
        return rc;
    rc = unzip(*json, a, json, err);
    return rc ? q_err_add(err, rc, "%s", path) : Q_OK;
}

static q_code load_file(const char *path, q_arena *a, q_bot_ready **out, q_err *err)
{
    q_str json;
    q_code rc = cli_bot_file(path, a, &json, err);

    if (rc)
        return rc;
    rc = q_bot_read(json, out, err);
    return rc ? q_err_add(err, rc, "%s", path) : Q_OK;
}

static q_code load_named(const char *data, q_str name, q_str alias, q_arena *a, q_bot_ready **out,
                         q_err *err)
{
    const char *dir = cli_data_dir(data, a);
    q_catalog *catalog = NULL;
    q_str json, version;
    q_code rc;

    if (!dir)
        return q_err_set(err, Q_NOTFOUND, "no data folder; give --data DIR");
    if (access(dir, F_OK))
        return q_err_set(err, Q_NOTFOUND, "%.*s is neither a file nor a bot of %s", Q_ARG(name),
                         dir);
    rc = q_catalog_open(dir, &catalog, err);
    if (!rc)
        rc = q_bots_adopt(catalog, q_now_ms(), err);
    if (!rc)
        rc = q_bot_export(catalog, name, alias, q_now_ms(), a, &json, &version, err);
    if (!rc)
        rc = q_bot_read(json, out, err);
    q_catalog_close(catalog);
    return rc;
}

q_code cli_bot_load(const char *data, const char *word, const char *alias, q_bot_ready **out,
                    q_err *err)
{
    q_arena *a = q_arena_new(arena_limit);
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    if (access(word, F_OK) == 0)
        rc = load_file(word, a, out, err);
    else
        rc = load_named(data, q_str_of(word), q_str_of(alias ? alias : "$LATEST"), a, out, err);
    q_arena_free(a);
    return rc;
}

q_code cli_bot_platform(const char *data, q_platform **out, q_err *err)
{
    q_arena *a = q_arena_new(1 << 16);
    q_platform_config config = {.address = "127.0.0.1", .port = "0"};
    const char *endpoint;
    q_code rc = Q_OK;

    *out = NULL;
    if (!a)
        return q_err_nomem(err);
    config.data_dir = cli_data_dir(data, a);
    if (config.data_dir && access(config.data_dir, F_OK) == 0) {
        rc = q_platform_open(&config, out, err);
        if (!rc)
            rc = q_platform_serve(*out, &endpoint, err);
    }
    q_arena_free(a);
    return rc;
}

bool cli_bot_has_hooks(const q_bot *bot)
{
    for (size_t i = 0; i < bot->intent_count; i++)
        if (bot->intents[i].dialog_hook || bot->intents[i].fulfillment_hook)
            return true;
    return false;
}

q_code cli_put(q_buf *b, q_err *err)
{
    q_str text;
    q_code rc = q_buf_finish(b, &text, err);

    if (!rc && fwrite(text.p, 1, text.n, stdout) != text.n)
        return q_err_errno(err, "write to stdout");
    return rc;
}

q_code cli_put_json(const q_value *v, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, output_limit);
    q_code rc = q_value_ok(v, err);

    if (rc)
        return rc;
    q_json_write_pretty(&b, v);
    q_buf_char(&b, '\n');
    return cli_put(&b, err);
}
