#include "work/function.h"

#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/options.h"
#include "cli/table.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT_S = 60, MAX_TIMEOUT_S = 900 };

/* What calls it: a bucket's objects, or a topic's notifications ("sns:TOPIC", an ARN). */
static bool parse_on(const char *on, q_function_spec *spec)
{
    q_str s = q_str_of(on);

    if (q_str_starts(s, Q_STR("arn:")))
        spec->topic = s;
    else if (q_str_starts(s, Q_STR("sns:")))
        spec->topic = q_str_sub(s, 4, s.n);
    else
        return cli_s3_uri(on, &spec->bucket, &spec->prefix);
    return spec->topic.n > 0;
}

static int add(const char *data, const char *name, const char *folder, const char *on,
               const char *timeout)
{
    q_function_spec spec = {.name = q_str_of(name)};
    uint64_t seconds = DEFAULT_TIMEOUT_S;
    char path[PATH_MAX];
    q_catalog *catalog;
    q_err err;
    int status = CLI_FAILED;

    if (on && !parse_on(on, &spec))
        return cli_usage(&cli_function, "--on is %s; s3://BUCKET/PREFIX or sns:TOPIC is wanted",
                         on);
    if (timeout && (!q_str_u64(q_str_of(timeout), &seconds) || !seconds || seconds > MAX_TIMEOUT_S))
        return cli_usage(&cli_function, "--timeout is %s; 1 to %d seconds are wanted", timeout,
                         (int)MAX_TIMEOUT_S);
    spec.timeout_ms = (int)seconds * 1000;
    if (!realpath(folder, path)) {
        cli_error("%s: %s", folder, strerror(errno));
        return CLI_FAILED;
    }
    spec.folder = q_str_of(path);
    if (cli_data_open(data, &catalog))
        return CLI_FAILED;
    if (q_function_put(catalog, &spec, q_now_ms(), &err))
        cli_error("%s", err.msg);
    else
        status = CLI_OK;
    q_catalog_close(catalog);
    return status;
}

static q_str invoked_by(const q_function_spec *spec, q_arena *a)
{
    if (spec->bucket.n)
        return q_str_printf(a, "s3://%.*s/%.*s", Q_ARG(spec->bucket), Q_ARG(spec->prefix));
    if (spec->topic.n)
        return q_str_printf(a, "sns:%.*s", Q_ARG(spec->topic));
    return Q_STR("-");
}

static q_code print_list(q_catalog *catalog, q_arena *a, q_err *err)
{
    static const bool right[] = {false, false, false};
    q_buf out = q_buf_init(a, 1 << 24);
    q_function_spec *specs;
    size_t count;
    q_str *cells, text;
    q_code rc = q_function_list(catalog, a, &specs, &count, err);

    if (rc)
        return rc;
    cells = q_arena_array(a, (count + 1) * 3, sizeof *cells);
    if (!cells)
        return q_err_nomem(err);
    cells[0] = Q_STR("Name");
    cells[1] = Q_STR("Invoked by");
    cells[2] = Q_STR("Folder");
    for (size_t i = 0; i < count; i++) {
        cells[3 * i + 3] = specs[i].name;
        cells[3 * i + 4] = invoked_by(&specs[i], a);
        cells[3 * i + 5] = specs[i].folder;
    }
    cli_table_print(&(cli_table){cells, count + 1, 3, right, cli_width()}, &out);
    rc = q_buf_finish(&out, &text, err);
    if (!rc)
        fwrite(text.p, 1, text.n, stdout);
    return rc;
}

static int list(const char *data)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_catalog *catalog;
    int status = CLI_FAILED;
    q_err err;

    if (a && !cli_data_open(data, &catalog)) {
        if (print_list(catalog, a, &err))
            cli_error("%s", err.msg);
        else
            status = CLI_OK;
        q_catalog_close(catalog);
    }
    q_arena_free(a);
    return status;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}, {"on", "URI"}, {"timeout", "SECONDS"}};
    cli_words words;

    if (cli_options_read(&cli_function, options, 3, argc, argv, &words))
        return CLI_USAGE;
    if (words.count == 3 && strcmp(words.operands[0], "add") == 0)
        return add(words.values[0], words.operands[1], words.operands[2], words.values[1],
                   words.values[2]);
    if (words.count == 1 && strcmp(words.operands[0], "list") == 0)
        return list(words.values[0]);
    return cli_usage(&cli_function, "add NAME FOLDER or list is wanted");
}

const cli_command cli_function = {
    .name = "function",
    .arguments = "add NAME FOLDER [--on URI] [--timeout SECONDS] | list [--data DIR]",
    .summary = "keep functions: your code, called on uploads and by bots",
    .help = "A function is a folder with an executable named bootstrap that speaks the public\n"
            "Lambda custom-runtime API. A bot's code hook names it by its name or ARN.\n"
            "\n"
            "  add NAME FOLDER   define it, or define it anew\n"
            "  list              those that are defined\n"
            "  --on URI          s3://BUCKET/PREFIX: call it for every object put there;\n"
            "                    sns:TOPIC (an ARN, or the name at its end): call it for\n"
            "                    every notification of that topic\n"
            "  --timeout SECONDS an event may take this long, 1 to 900 (default: 60)\n"
            "  --data DIR        the server's data folder (default: see quern help serve)\n"
            "\n"
            "A running server sees the change at once.\n",
    .run = run,
};
