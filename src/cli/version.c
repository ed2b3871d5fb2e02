#include "cli/command.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc)
        return cli_usage(&cli_version, "takes no arguments");
    printf("quern %s\n", QUERN_VERSION);
    return CLI_OK;
}

const cli_command cli_version = {
    .name = "version",
    .arguments = "",
    .summary = "print the version",
    .help = "Prints \"quern VERSION\".\n",
    .run = run,
};
