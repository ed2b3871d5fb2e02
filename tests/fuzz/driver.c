/* Runs a fuzz target over a corpus as an ordinary test.
 *
 *     fuzz_NAME FILE|FOLDER...
 *
 * Every input is run as it is, then cut short at each of up to 64 places and
 * with single bytes changed at as many, so that a parser's ends and checks are
 * all passed without a fuzzing engine. Deterministic. Prints TAP.
 */
#include "base/file.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VARIANTS = 64 };

/* An exact-size heap copy, so that the sanitizer sees a read past the end. */
static void run_exact(const char *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);

    if (!copy)
        abort();
    if (n)
        memcpy(copy, p, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static void run_variants(q_arena *a, q_str input)
{
    char *copy = q_str_cstr(a, input);
    size_t step = input.n / VARIANTS + 1;

    if (!copy)
        abort();
    run_exact(copy, input.n);
    for (size_t i = 0; i < input.n; i += step) {
        static const unsigned char flips[] = {0x01, 0x80, 0xFF};

        run_exact(copy, i);
        for (size_t k = 0; k < sizeof flips; k++) {
            copy[i] = (char)((unsigned char)copy[i] ^ flips[k]);
            run_exact(copy, input.n);
            copy[i] = (char)((unsigned char)copy[i] ^ flips[k]);
        }
    }
}

static int run_file(const char *path, int number)
{
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_str input;
    q_err err;
    int ok = a && q_file_read(a, path, (size_t)1 << 26, &input, &err) == Q_OK;

    if (ok)
        run_variants(a, input);
    q_arena_free(a);
    printf("%sok %d - %s\n", ok ? "" : "not ", number, path);
    return ok;
}

int main(int argc, char **argv)
{
    int number = 0, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        struct dirent **entries = NULL;
        int n = scandir(argv[i], &entries, NULL, alphasort);

        if (n < 0)
            failed += !run_file(argv[i], ++number);
        for (int k = 0; k < n; k++) {
            char path[4096];

            snprintf(path, sizeof path, "%s/%s", argv[i], entries[k]->d_name);
            if (entries[k]->d_name[0] != '.')
                failed += !run_file(path, ++number);
            free(entries[k]);
        }
        free(entries);
    }
    printf("1..%d\n", number);
    return failed || number == 0;
}
