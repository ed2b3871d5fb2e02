/* Lines of any bytes are read without harm; a zone that was found is found again in its own lines,
 * and says the same.
 */
#include "document/mrz.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static size_t lines_of(q_str text, char out[MRZ_LINES][96], const char *lines[MRZ_LINES])
{
    size_t n = 0;

    while (n < MRZ_LINES && text.n) {
        q_str line;

        (void)q_str_cut(text, '\n', &line, &text);
        if (!mrz__line(line, out[n], sizeof out[n]))
            break;
        require(strspn(out[n], "<ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(out[n]));
        lines[n] = out[n];
        n++;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char rows[MRZ_LINES][96];
    const char *lines[MRZ_LINES], *again[MRZ_LINES];
    size_t count = lines_of((q_str){(const char *)data, size}, rows, lines);
    mrz m, twice;

    if (!mrz__parse(lines, count, &m))
        return 0;
    for (size_t i = 0; i < m.line_count; i++) {
        require(strlen(m.lines[i]) <= MRZ_LONGEST);
        again[i] = m.lines[i];
    }
    require(strlen(m.number) < sizeof m.number && strlen(m.surname) < sizeof m.surname);
    require(mrz__parse(again, m.line_count, &twice));
    require(strcmp(m.number, twice.number) == 0 && strcmp(m.given, twice.given) == 0);
    return 0;
}
