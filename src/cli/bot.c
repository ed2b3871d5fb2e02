#include "service/lex_bots.h"

#include "base/clock.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const size_t file_limit = (size_t)1 << 24;

static q_code import_file(q_catalog *catalog, const char *path, const char *alias, q_arena *a,
                          q_err *err)
{
    q_bot_stored stored;
    q_str json;
    q_code rc = q_file_read(a, path, file_limit, &json, err);

    if (rc)
        return rc;
    rc = q_bot_store(catalog, json, q_str_of(alias), q_now_ms(), &stored, err);
    if (rc)
        return q_err_add(err, rc, "%s", path);
    printf("bot %s is there as %s, with %zu intents\n", stored.name, stored.version,
           stored.intents);
    return Q_OK;
}

static q_code print_list(q_catalog *catalog, q_arena *a, q_err *err)
{
    q_bot_stored *bots;
    size_t count;
    q_code rc = q_bot_list(catalog, q_now_ms(), a, &bots, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        printf("%s  %s  %zu intents\n", bots[i].name, bots[i].version, bots[i].intents);
    return rc;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}, {"alias", "NAME"}};
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_catalog *catalog = NULL;
    int status = CLI_USAGE;
    bool import;
    cli_words words;
    q_code rc;
    q_err err;

    if (!a || cli_options_read(&cli_bot, options, 2, argc, argv, &words))
        goto done;
    import = words.count == 2 && strcmp(words.operands[0], "import") == 0;
    if (!import && !(words.count == 1 && strcmp(words.operands[0], "list") == 0)) {
        cli_usage(&cli_bot, "import FILE or list is wanted");
        goto done;
    }
    status = cli_data_open(words.values[0], &catalog);
    if (status)
        goto done;
    rc = import ? import_file(catalog, words.operands[1], words.values[1], a, &err)
                : print_list(catalog, a, &err);
    if (rc) {
        cli_error("%s", err.msg);
        status = CLI_FAILED;
    }
done:
    q_catalog_close(catalog);
    q_arena_free(a);
    return status;
}

const cli_command cli_bot = {
    .name = "bot",
    .arguments = "import FILE [--alias NAME] [--data DIR] | list [--data DIR]",
    .summary = "keep bots: import a Lex V1 export, list those that are there",
    .help = "  import FILE     check the export file and keep it as its bot's $LATEST\n"
            "  list            the bots of the data folder\n"
            "  --alias NAME    publish it under this alias too\n"
            "  --data DIR      the data folder (default: see quern help serve)\n"
            "\n"
            "A running server sees the change at once. Problems of the file are named by\n"
            "their path: resource.intents[1].slots[0].slotType: unknown type X.\n",
    .run = run,
};
