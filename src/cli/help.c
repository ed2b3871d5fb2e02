#include "cli/command.h"

#include <stdio.h>

static void overview(void)
{
    fputs("Quern answers the AWS AI APIs on your own machine.\n\n"
          "usage: quern COMMAND ...\n\n",
          stdout);
    for (const cli_command *const *c = cli_commands; *c; c++)
        printf("  %-10s %s\n", (*c)->name, (*c)->summary);
    fputs("\nquern help COMMAND tells more of one of them.\n"
          "Exit status: 0 done, 1 the work failed, 2 wrong usage.\n",
          stdout);
}

static void tell(const cli_command *c)
{
    printf("quern %s - %s\n\nusage: quern %s %s\n\n%s", c->name, c->summary, c->name, c->arguments,
           c->help);
}

static int run(int argc, char **argv)
{
    const cli_command *c;

    if (argc > 2)
        return cli_usage(&cli_help, "one command at a time");
    if (argc == 0) {
        overview();
        return CLI_OK;
    }
    c = cli_find(argv[0]);
    if (!c)
        return cli_usage(&cli_help, "%s is no command", argv[0]);
    if (argc == 2) {
        const cli_command *verb = cli_find_verb(c, argv[1]);

        if (!verb)
            return cli_usage(&cli_help, "%s %s is no command", argv[0], argv[1]);
        c = verb;
    }
    tell(c);
    for (const cli_command *const *v = c->verbs; v && *v; v++) {
        putchar('\n');
        tell(*v);
    }
    return CLI_OK;
}

const cli_command cli_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "list the commands, or tell more of one",
    .help = "Without a command: the list. With one: its usage, options and examples.\n",
    .run = run,
};
