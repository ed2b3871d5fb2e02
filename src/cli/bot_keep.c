/* quern bot import, list and export: what the data folder keeps. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/bot.h"
#include "cli/data.h"
#include "cli/options.h"
#include "cli/table.h"
#include "service/lex_ids.h"

#include <stdio.h>
#include <string.h>

static const size_t arena_limit = (size_t)1 << 27;

/* ---- import ---- */

static q_code import_file(q_catalog *catalog, const char *path, const char *alias, q_arena *a,
                          q_err *err)
{
    q_bot_stored stored;
    q_str json;
    q_code rc = cli_bot_file(path, a, &json, err);

    if (rc)
        return rc;
    rc = q_bot_store(catalog, json, q_str_of(alias), q_now_ms(), &stored, err);
    if (rc)
        return q_err_add(err, rc, "%s", path);
    printf("bot %s is there as %s, with %zu intents\n", stored.name, stored.version,
           stored.intents);
    return Q_OK;
}

static int import_run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}, {"alias", "NAME"}};
    q_arena *a = q_arena_new(arena_limit);
    q_catalog *catalog = NULL;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;

    if (!a || cli_options_read(&cli_bot_import, options, 2, argc, argv, &words))
        goto done;
    if (words.count != 1) {
        cli_usage(&cli_bot_import, "one file is wanted");
        goto done;
    }
    status = cli_data_open(words.values[0], &catalog);
    if (!status && import_file(catalog, words.operands[0], words.values[1], a, &err)) {
        cli_error("%s", err.msg);
        status = CLI_FAILED;
    }
done:
    q_catalog_close(catalog);
    q_arena_free(a);
    return status;
}

const cli_command cli_bot_import = {
    .name = "bot import",
    .arguments = "FILE [--alias NAME] [--data DIR]",
    .summary = "keep the bot of an export file",
    .help = "Checks the file and keeps it as its bot's $LATEST. A zip is taken as Lex V1\n"
            "exports it, or Lex V2; of V2, what is left out is told.\n"
            "\n"
            "  --alias NAME    publish it under this alias too\n"
            "  --data DIR      the data folder (default: see quern help serve)\n"
            "\n"
            "Problems of the file are named by their path:\n"
            "resource.intents[1].slots[0].slotType: unknown type X.\n",
    .run = import_run,
};

/* ---- list ---- */

enum { COLUMNS = 4 };

static q_code print_list(q_catalog *catalog, q_arena *a, q_err *err)
{
    static const bool right[COLUMNS] = {false, false, false, true};
    q_buf out = q_buf_init(a, arena_limit);
    q_bot_stored *bots;
    size_t count;
    q_str *cells;
    q_code rc = q_bot_list(catalog, a, &bots, &count, err);

    if (rc)
        return rc;
    cells = q_arena_array(a, (count + 1) * COLUMNS, sizeof *cells);
    if (!cells)
        return q_err_nomem(err);
    cells[0] = Q_STR("Name");
    cells[1] = Q_STR("Id");
    cells[2] = Q_STR("Version");
    cells[3] = Q_STR("Intents");
    for (size_t i = 0; i < count; i++) {
        q_str *row = &cells[(i + 1) * COLUMNS];
        char id[Q_BOT_ID + 1];

        if (!q_bot_id(q_str_of(bots[i].name), id))
            return q_err_nomem(err);
        row[0] = q_str_of(bots[i].name);
        row[1] = q_str_copy(a, q_str_of(id));
        row[2] = q_str_of(bots[i].version);
        row[3] = q_str_printf(a, "%zu", bots[i].intents);
        if (!row[1].p || !row[3].p)
            return q_err_nomem(err);
    }
    cli_table_print(&(cli_table){cells, count + 1, COLUMNS, right, cli_width()}, &out);
    return cli_put(&out, err);
}

static int list_run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}};
    q_arena *a = q_arena_new(arena_limit);
    q_catalog *catalog = NULL;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;

    if (!a || cli_options_read(&cli_bot_list, options, 1, argc, argv, &words))
        goto done;
    if (words.count) {
        cli_usage(&cli_bot_list, "it takes no names; quern bot show NAME tells of one");
        goto done;
    }
    status = cli_data_open(words.values[0], &catalog);
    if (!status && print_list(catalog, a, &err)) {
        cli_error("%s", err.msg);
        status = CLI_FAILED;
    }
done:
    q_catalog_close(catalog);
    q_arena_free(a);
    return status;
}

const cli_command cli_bot_list = {
    .name = "bot list",
    .arguments = "[--data DIR]",
    .summary = "the bots of the data folder, with their versions",
    .help = "The id is what clients of Lex V2 call a bot by (botId), with $LATEST under\n"
            "botAliasId TSTALIASID.\n"
            "\n"
            "  --data DIR      the data folder (default: see quern help serve)\n",
    .run = list_run,
};

/* ---- export ---- */

static q_code export_bot(q_catalog *catalog, const char *name, const char *alias, const char *path,
                         q_arena *a, q_err *err)
{
    q_str json, version;
    q_code rc = q_bot_export(catalog, q_str_of(name), q_str_of(alias ? alias : "$LATEST"),
                             q_now_ms(), a, &json, &version, err);

    if (rc)
        return rc;
    if (path)
        return q_file_replace(path, json, 0644, err);
    if (fwrite(json.p, 1, json.n, stdout) != json.n)
        return q_err_errno(err, "write to stdout");
    return Q_OK;
}

static int export_run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}, {"alias", "NAME"}};
    q_arena *a = q_arena_new(arena_limit);
    q_catalog *catalog = NULL;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;

    if (!a || cli_options_read(&cli_bot_export, options, 2, argc, argv, &words))
        goto done;
    if (words.count < 1 || words.count > 2) {
        cli_usage(&cli_bot_export, "a bot's name is wanted, and a file if not stdout");
        goto done;
    }
    status = cli_data_open(words.values[0], &catalog);
    if (!status && export_bot(catalog, words.operands[0], words.values[1],
                              words.count > 1 ? words.operands[1] : NULL, a, &err)) {
        cli_error("%s", err.msg);
        status = CLI_FAILED;
    }
done:
    q_catalog_close(catalog);
    q_arena_free(a);
    return status;
}

const cli_command cli_bot_export = {
    .name = "bot export",
    .arguments = "NAME [FILE] [--alias NAME] [--data DIR]",
    .summary = "write a kept bot's export file",
    .help = "Without FILE it goes to standard output.\n"
            "\n"
            "  --alias NAME    an alias or a version's number (default: $LATEST)\n"
            "  --data DIR      the data folder (default: see quern help serve)\n",
    .run = export_run,
};
