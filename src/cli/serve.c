#include "base/log.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/options.h"
#include "service/platform.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { DRAIN_MS = 10000 };

/* "ADDR:PORT", "[::1]:8470"; both parts in the arena. */
static bool split_address(const char *listen, q_arena *a, const char **address, const char **port)
{
    const char *colon = strrchr(listen, ':');
    q_str host;
    uint64_t number;

    if (!colon || !q_str_u64(q_str_of(colon + 1), &number) || number > 65535)
        return false;
    host = (q_str){listen, (size_t)(colon - listen)};
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = q_str_sub(host, 1, host.n - 2);
    *address = q_str_cstr(a, host);
    *port = colon + 1;
    return host.n > 0 && *address;
}

static void set_log_level(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error", "off"};

    for (int i = 0; name && i < 5; i++)
        if (strcmp(name, names[i]) == 0)
            q_log_set_level((q_log_level)i);
}

/* An option's number, 1 to `most`; as it is without the option. */
static bool read_limit(const char *name, const char *text, uint64_t most, size_t *out)
{
    uint64_t n;

    if (!text)
        return true;
    if (!q_str_u64(q_str_of(text), &n) || n < 1 || n > most) {
        cli_usage(&cli_serve, "--%s is %s; 1 to %llu is wanted", name, text,
                  (unsigned long long)most);
        return false;
    }
    *out = (size_t)n;
    return true;
}

/* Serve until SIGINT or SIGTERM; both are blocked in every thread. */
static q_code serve(const q_platform_config *config, const sigset_t *stop, q_err *err)
{
    const char *endpoint;
    q_platform *p = NULL;
    q_code rc = q_platform_open(config, &p, err);
    int signal_number;

    if (!rc)
        rc = q_platform_serve(p, &endpoint, err);
    if (!rc) {
        fprintf(stderr, "quern: ready at %s (data in %s)\n", endpoint, config->data_dir);
        sigwait(stop, &signal_number);
        q_log(Q_LOG_INFO, "stop", "signal=%d", signal_number);
    }
    q_platform_close(p, DRAIN_MS);
    return rc;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"},
                                         {"listen", "ADDR:PORT"},
                                         {"tls-cert", "FILE"},
                                         {"tls-key", "FILE"},
                                         {"log-level", "debug|info|warn|error|off"},
                                         {"max-document", "MIB"},
                                         {"recogniser", "ppocr|tesseract"},
                                         {"max-pages", "N"},
                                         {"max-queries", "N"},
                                         {"visitors", "BOT:ALIAS,..."}};
    q_platform_config config = {.address = "127.0.0.1", .port = "8470"};
    q_arena *a = q_arena_new(1 << 16);
    uint64_t mib = 0;
    sigset_t stop;
    cli_words words;
    int status;
    q_err err;

    status = cli_options_read(&cli_serve, options, 10, argc, argv, &words);
    if (status || !a)
        goto done;
    status = CLI_USAGE;
    if (words.count) {
        cli_usage(&cli_serve, "takes no file names: %s", words.operands[0]);
        goto done;
    }
    if (words.values[1] && !split_address(words.values[1], a, &config.address, &config.port)) {
        cli_usage(&cli_serve, "--listen is %s; ADDRESS:PORT is wanted", words.values[1]);
        goto done;
    }
    if (!words.values[2] != !words.values[3]) {
        cli_usage(&cli_serve, "--tls-cert and --tls-key go together");
        goto done;
    }
    config.tls_cert = words.values[2];
    config.tls_key = words.values[3];
    if (words.values[5] && (!q_str_u64(q_str_of(words.values[5]), &mib) || !mib || mib > 256)) {
        cli_usage(&cli_serve, "--max-document is %s; 1 to 256 is wanted", words.values[5]);
        goto done;
    }
    if (!read_limit("max-pages", words.values[7], 100000, &config.pages) ||
        !read_limit("max-queries", words.values[8], 10000, &config.queries))
        goto done;
    config.document_bytes = (size_t)mib << 20;
    config.recogniser = words.values[6];
    config.visitors = words.values[9];
    config.data_dir = cli_data_dir(words.values[0], a);
    status = CLI_FAILED;
    if (!config.data_dir) {
        cli_error("no data folder; give --data DIR");
        goto done;
    }
    set_log_level(words.values[4]);
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (serve(&config, &stop, &err))
        cli_error("%s", err.msg);
    else
        status = CLI_OK;
done:
    q_arena_free(a);
    return status;
}

const cli_command cli_serve = {
    .name = "serve",
    .arguments = "[--data DIR] [--listen ADDR:PORT] [--tls-cert F --tls-key F]",
    .summary = "answer the APIs until a signal ends it",
    .help = "  --data DIR          where everything is kept (default: $QUERN_DATA, else\n"
            "                      $XDG_DATA_HOME/quern, else ~/.local/share/quern)\n"
            "  --listen ADDR:PORT  default 127.0.0.1:8470; port 0 lets the kernel pick\n"
            "  --tls-cert FILE     serve https: certificate and key as PEM files\n"
            "  --tls-key FILE\n"
            "  --log-level LEVEL   debug, info, warn, error or off (default info)\n"
            "  --max-document MIB  of a document sent in a request (default 10)\n"
            "  --max-pages N       of a document that is read (default 3000)\n"
            "  --max-queries N     asked of one document (default 200)\n"
            "  --visitors BOT:ALIAS,...  bots that people without a key may talk to, as web\n"
            "                      pages let them by Cognito (default: none)\n"
            "  --recogniser NAME   ppocr or tesseract: who reads pictures (default:\n"
            "                      $QUERN_RECOGNISER, else ppocr where it is installed)\n"
            "\n"
            "Once it takes requests it says on stderr: quern: ready at http://...\n"
            "The root key is made on the first start and kept in DIR/credentials. Point any\n"
            "AWS SDK at it:\n"
            "\n"
            "  export AWS_SHARED_CREDENTIALS_FILE=DIR/credentials AWS_REGION=us-east-1\n"
            "  aws --endpoint-url http://127.0.0.1:8470 s3 ls\n"
            "\n"
            "SIGINT and SIGTERM stop it: running requests get ten seconds to end.\n",
    .run = run,
};
