/* Rows of comma-separated values: what is read is written with all fields in quotes, and reads as
 * the same rows.
 */
#include "base/csv.h"
#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIELDS = 8, LIMIT = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void put(q_buf *b, q_str field)
{
    q_buf_char(b, '"');
    for (size_t i = 0; i < field.n; i++) {
        q_buf_char(b, field.p[i]);
        if (field.p[i] == '"')
            q_buf_char(b, '"');
    }
    q_buf_char(b, '"');
}

/* The rows in quotes, or a text without bytes when there is an error. */
static q_str quoted(q_str text, q_arena *a, size_t *rows)
{
    q_buf b = q_buf_init(a, LIMIT);
    q_csv c = q_csv_init(text);
    q_str fields[FIELDS], out = {NULL, 0};
    size_t count;
    bool more = true;

    *rows = 0;
    while (more) {
        if (q_csv_next(&c, a, fields, FIELDS, &count, &more, NULL))
            return (q_str){NULL, 0};
        for (size_t i = 0; i < count && i < FIELDS; i++) {
            if (i)
                q_buf_char(&b, ',');
            put(&b, fields[i]);
        }
        if (more)
            q_buf_char(&b, '\n');
        *rows += more;
        if (more && (c.line == 0 || c.next_line < c.line))
            abort();
    }
    return q_buf_finish(&b, &out, NULL) ? (q_str){NULL, 0} : out;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    q_arena *a = q_arena_new(LIMIT * 4);
    size_t rows, again;
    q_str once = quoted((q_str){(const char *)bytes, n}, a, &rows);

    if (once.p) {
        q_str twice = quoted(once, a, &again);

        if (!q_str_eq(once, twice) || rows != again)
            abort();
    }
    q_arena_free(a);
    return 0;
}
