#include "store/temporary.h"

#include "base/digest.h"
#include "base/encode.h"
#include "store/private.h"

#include <stdlib.h>
#include <string.h>

enum {
    VERSION = 1,
    KEY_BYTES = 32,
    ACCESS_KEY = 20,
    SECRET_BYTES = 30, /* 40 characters of base64 */
    TAG_BYTES = 32,
    /* version, expiry, access key, length of the subject */
    HEAD_BYTES = 1 + 8 + ACCESS_KEY + 1,
    TOKEN_MAX = 512 /* characters */
};

struct q_temporary_keys {
    unsigned char key[KEY_BYTES];
};

static q_code create(const char *dir, const char *path, q_arena *a, q_err *err)
{
    unsigned char bytes[KEY_BYTES];
    char text[2 * KEY_BYTES + 2];

    if (!q_random(bytes, sizeof bytes))
        return q_err_set(err, Q_IO, "no random numbers");
    q_hex(bytes, sizeof bytes, text);
    text[2 * KEY_BYTES] = '\n';
    return private__create(dir, path, (q_str){text, 2 * KEY_BYTES + 1}, a, err);
}

static q_code key_read(const char *dir, q_temporary_keys *t, q_arena *a, q_err *err)
{
    q_str path = q_str_printf(a, "%s/temporary-key", dir), text;
    q_code rc = path.p ? private__read(path.p, a, &text, err) : q_err_nomem(err);

    if (rc == Q_NOTFOUND) {
        rc = create(dir, path.p, a, err);
        if (!rc)
            rc = private__read(path.p, a, &text, err);
    }
    if (!rc && !q_unhex(q_str_trim(text), t->key, KEY_BYTES))
        rc = q_err_set(err, Q_INVALID,
                       "%s does not hold %d hexadecimal digits: remove it, and a new one is made",
                       path.p, 2 * KEY_BYTES);
    return rc;
}

q_code q_temporary_keys_open(const char *dir, q_temporary_keys **out, q_err *err)
{
    q_temporary_keys *t = calloc(1, sizeof *t);
    q_arena *a = q_arena_new(1 << 18);
    q_code rc = t && a ? key_read(dir, t, a, err) : q_err_nomem(err);

    if (!rc) {
        *out = t;
        t = NULL; /* handed over */
    }
    q_arena_free(a);
    q_temporary_keys_free(t);
    return rc;
}

void q_temporary_keys_free(q_temporary_keys *t)
{
    if (!t)
        return;
    explicit_bzero(t, sizeof *t);
    free(t);
}

bool q_temporary_tag(const q_temporary_keys *t, const char *purpose, q_str text,
                     unsigned char tag[32])
{
    q_buf b = q_buf_init(NULL, 4096);
    bool ok;

    q_buf_puts(&b, purpose);
    q_buf_char(&b, 0);
    q_buf_put(&b, text);
    ok = !b.rc && q_hmac_sha256((q_str){(const char *)t->key, KEY_BYTES}, q_buf_str(&b), tag);
    q_buf_clear(&b);
    return ok;
}

/* The secret that goes with what a token says. */
static q_code secret_make(const q_temporary_keys *t, q_str said, q_arena *a, q_str *out, q_err *err)
{
    unsigned char tag[TAG_BYTES];
    q_buf b = q_buf_init(a, TOKEN_MAX);

    if (!q_temporary_tag(t, "secret", said, tag))
        return q_err_nomem(err);
    q_buf_base64(&b, (q_str){(const char *)tag, SECRET_BYTES});
    return q_buf_finish(&b, out, err);
}

static q_code token_make(const q_temporary_keys *t, q_str said, q_arena *a, q_str *out, q_err *err)
{
    char bytes[HEAD_BYTES + Q_TEMPORARY_SUBJECT_MAX + TAG_BYTES];
    unsigned char tag[TAG_BYTES];
    q_buf b = q_buf_init(a, TOKEN_MAX);

    if (!q_temporary_tag(t, "token", said, tag))
        return q_err_nomem(err);
    memcpy(bytes, said.p, said.n);
    memcpy(bytes + said.n, tag, TAG_BYTES);
    q_buf_base64(&b, (q_str){bytes, said.n + TAG_BYTES});
    return q_buf_finish(&b, out, err);
}

/* "ASIA" and 16 digits of five random bits. */
static bool access_key_make(char out[ACCESS_KEY])
{
    unsigned char bytes[ACCESS_KEY - 4];

    if (!q_random(bytes, sizeof bytes))
        return false;
    memcpy(out, "ASIA", 4);
    for (size_t i = 0; i < sizeof bytes; i++)
        out[4 + i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bytes[i] % 32];
    return true;
}

q_code q_temporary_key_new(const q_temporary_keys *t, q_str subject, int64_t expires_ms, q_arena *a,
                           q_temporary_key *out, q_err *err)
{
    char said[HEAD_BYTES + Q_TEMPORARY_SUBJECT_MAX];
    q_temporary_key made = {.expires_ms = expires_ms};
    q_code rc;

    if (!subject.n || subject.n > Q_TEMPORARY_SUBJECT_MAX)
        return q_err_set(err, Q_INVALID, "a subject of %zu bytes; 1 to %d are wanted", subject.n,
                         Q_TEMPORARY_SUBJECT_MAX);
    said[0] = VERSION;
    for (int i = 0; i < 8; i++)
        said[1 + i] = (char)((uint64_t)expires_ms >> (56 - 8 * i));
    if (!access_key_make(said + 9))
        return q_err_set(err, Q_IO, "no random numbers");
    said[HEAD_BYTES - 1] = (char)subject.n;
    memcpy(said + HEAD_BYTES, subject.p, subject.n);
    made.access_key = q_str_copy(a, (q_str){said + 9, ACCESS_KEY});
    made.subject = q_str_copy(a, subject);
    if (!made.access_key.p || !made.subject.p)
        return q_err_nomem(err);
    rc = token_make(t, (q_str){said, HEAD_BYTES + subject.n}, a, &made.token, err);
    if (!rc)
        rc = secret_make(t, (q_str){said, HEAD_BYTES + subject.n}, a, &made.secret, err);
    if (!rc)
        *out = made;
    return rc;
}

static q_code not_ours(q_err *err)
{
    return q_err_set(err, Q_INVALID, "The security token included in the request is invalid.");
}

/* The bytes under the tag, where it holds. */
static q_code said_read(const q_temporary_keys *t, q_str token, q_arena *a, q_str *said, q_err *err)
{
    unsigned char tag[TAG_BYTES];
    q_str bytes;
    q_code rc;

    if (token.n > TOKEN_MAX)
        return not_ours(err);
    rc = q_base64_decode(a, token, &bytes, err);
    if (rc)
        return rc == Q_NOMEM ? rc : not_ours(err);
    if (bytes.n <= HEAD_BYTES + TAG_BYTES)
        return not_ours(err);
    *said = q_str_sub(bytes, 0, bytes.n - TAG_BYTES);
    if (!q_temporary_tag(t, "token", *said, tag))
        return q_err_nomem(err);
    if (!q_equal_secret((q_str){(const char *)tag, TAG_BYTES},
                        q_str_sub(bytes, said->n, TAG_BYTES)) ||
        said->p[0] != VERSION || (unsigned char)said->p[HEAD_BYTES - 1] != said->n - HEAD_BYTES)
        return not_ours(err);
    return Q_OK;
}

q_code q_temporary_key_read(const q_temporary_keys *t, q_str access_key, q_str token,
                            int64_t now_ms, q_arena *a, q_temporary_key *out, q_err *err)
{
    q_temporary_key read = {.access_key = access_key, .token = token};
    uint64_t expires = 0;
    q_str said;
    q_code rc = said_read(t, token, a, &said, err);

    if (rc)
        return rc;
    if (!q_str_eq(access_key, q_str_sub(said, 9, ACCESS_KEY)))
        return not_ours(err);
    for (int i = 0; i < 8; i++)
        expires = expires << 8 | (unsigned char)said.p[1 + i];
    read.expires_ms = (int64_t)expires;
    read.subject = q_str_sub(said, HEAD_BYTES, said.n);
    if (now_ms >= read.expires_ms)
        return q_err_set(err, Q_DENIED, "The security token included in the request is expired");
    rc = secret_make(t, said, a, &read.secret, err);
    if (!rc)
        *out = read;
    return rc;
}
