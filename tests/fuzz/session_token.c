/* The input is an access key, a line end, and a session token: a stranger's
 * never holds. One that was made for the same bytes says just what it was made
 * with, and not one bit of it may be another.
 */
#include "base/encode.h"
#include "store/temporary.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static q_temporary_keys *keys(void)
{
    static q_temporary_keys *opened;
    char dir[] = "/tmp/quern-fuzz-XXXXXX", path[64];

    if (opened)
        return opened;
    if (!mkdtemp(dir) || q_temporary_keys_open(dir, &opened, NULL))
        abort();
    snprintf(path, sizeof path, "%s/temporary-key", dir);
    unlink(path);
    rmdir(dir);
    return opened;
}

/* The token with one bit of it turned, at a place that the input picks. */
static void altered_check(const q_temporary_key *made, size_t pick, q_arena *a)
{
    q_temporary_key read;
    q_buf b = q_buf_init(a, 4096);
    q_str bytes, token;
    char *turned;

    if (q_base64_decode(a, made->token, &bytes, NULL))
        abort();
    turned = q_str_cstr(a, bytes);
    turned[pick / 8 % bytes.n] ^= (char)(1 << pick % 8);
    q_buf_base64(&b, (q_str){turned, bytes.n});
    if (q_buf_finish(&b, &token, NULL) ||
        q_temporary_key_read(keys(), made->access_key, token, 0, a, &read, NULL) != Q_INVALID)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 20);
    q_str access_key, token, subject;
    q_temporary_key made, read;

    q_str_cut((q_str){(const char *)data, size}, '\n', &access_key, &token);
    if (q_temporary_key_read(keys(), access_key, token, 0, a, &read, NULL) != Q_INVALID)
        abort();
    subject = q_str_sub((q_str){(const char *)data, size}, 0, Q_TEMPORARY_SUBJECT_MAX);
    if (subject.n) {
        if (q_temporary_key_new(keys(), subject, 1, a, &made, NULL) ||
            q_temporary_key_read(keys(), made.access_key, made.token, 0, a, &read, NULL) ||
            !q_str_eq(read.subject, subject) || !q_str_eq(read.secret, made.secret) ||
            read.expires_ms != 1)
            abort();
        altered_check(&made, size + data[size - 1], a);
    }
    q_arena_free(a);
    return 0;
}
