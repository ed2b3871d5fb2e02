#include "store/credentials.h"

#include "base/digest.h"
#include "store/private.h"

#include <stdlib.h>

enum {
    ARENA_LIMIT = 4 * 65536,
    KEY_DIGITS = 16, /* behind "AKIA" */
    SECRET_DIGITS = 40,
    KEY_MIN = 16,
    KEY_MAX = 128
};

struct q_credentials {
    q_arena *arena;
    q_str key, secret; /* NUL-terminated, in the arena */
};

/* Five random bits a digit. */
static bool random_text(const char alphabet[33], size_t n, char *out)
{
    unsigned char bytes[SECRET_DIGITS];

    if (n > sizeof bytes || !q_random(bytes, n))
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = alphabet[bytes[i] % 32];
    out[n] = 0;
    return true;
}

static q_code create(const char *dir, const char *path, q_arena *a, q_err *err)
{
    char key[KEY_DIGITS + 1], secret[SECRET_DIGITS + 1];
    q_str text;

    if (!random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", KEY_DIGITS, key) ||
        !random_text("abcdefghijklmnopqrstuvwxyz234567", SECRET_DIGITS, secret))
        return q_err_set(err, Q_IO, "no random numbers");
    text = q_str_printf(a,
                        "# The root key of this Quern. Made on its first start; replace both\n"
                        "# values to change it.\n"
                        "[default]\naws_access_key_id = AKIA%s\naws_secret_access_key = %s\n",
                        key, secret);
    return text.p ? private__create(dir, path, text, a, err) : q_err_nomem(err);
}

static bool is_key(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!q_is_alnum(s.p[i]) && s.p[i] != '_')
            return false;
    return s.n >= KEY_MIN && s.n <= KEY_MAX;
}

/* One line; *wanted tells whether it is in [default]. */
static q_code line_read(q_credentials *c, q_str line, bool *wanted, q_err *err)
{
    q_str name, value;

    line = q_str_trim(line);
    if (!line.n || line.p[0] == '#' || line.p[0] == ';')
        return Q_OK;
    if (line.p[0] == '[') {
        if (!q_str_ends(line, Q_STR("]")))
            return q_err_set(err, Q_INVALID, "a profile's name without its ]");
        *wanted = q_str_is(line, "[default]");
        return Q_OK;
    }
    if (!q_str_cut(line, '=', &name, &value))
        return q_err_set(err, Q_INVALID, "neither a profile nor a setting");
    name = q_str_trim(name);
    value = q_str_trim(value);
    if (!*wanted)
        return Q_OK;
    if (q_str_is(name, "aws_access_key_id"))
        c->key = value;
    else if (q_str_is(name, "aws_secret_access_key"))
        c->secret = value;
    return Q_OK;
}

static q_code parse(q_credentials *c, q_str text, q_err *err)
{
    bool wanted = false;
    q_code rc = Q_OK;

    for (int number = 1; text.n && !rc; number++) {
        q_str line;

        q_str_cut(text, '\n', &line, &text);
        rc = line_read(c, line, &wanted, err);
        if (rc)
            rc = q_err_add(err, rc, "line %d", number);
    }
    if (rc)
        return rc;
    if (!is_key(c->key))
        return q_err_set(err, Q_INVALID,
                         "[default] has no aws_access_key_id of %d to %d letters, digits and _",
                         KEY_MIN, KEY_MAX);
    if (!c->secret.n)
        return q_err_set(err, Q_INVALID, "[default] has no aws_secret_access_key");
    c->key = q_str_copy(c->arena, c->key);
    c->secret = q_str_copy(c->arena, c->secret);
    return c->key.p && c->secret.p ? Q_OK : q_err_nomem(err);
}

q_code q_credentials_open(const char *dir, q_credentials **out, q_err *err)
{
    q_credentials *c = calloc(1, sizeof *c);
    q_str path, text = {NULL, 0};
    q_code rc;

    if (!c || !(c->arena = q_arena_new(ARENA_LIMIT))) {
        rc = q_err_nomem(err);
        goto done;
    }
    path = q_str_printf(c->arena, "%s/credentials", dir);
    if (!path.p) {
        rc = q_err_nomem(err);
        goto done;
    }
    rc = private__read(path.p, c->arena, &text, err);
    if (rc == Q_NOTFOUND) {
        rc = create(dir, path.p, c->arena, err);
        if (!rc)
            rc = private__read(path.p, c->arena, &text, err);
    }
    if (rc)
        goto done;
    rc = parse(c, text, err);
    if (rc) {
        rc = q_err_add(err, rc, "%s", path.p);
        goto done;
    }
    *out = c;
    c = NULL; /* handed over */
done:
    q_credentials_free(c);
    return rc;
}

void q_credentials_free(q_credentials *c)
{
    if (!c)
        return;
    q_arena_free(c->arena);
    free(c);
}

bool q_credentials_secret(const q_credentials *c, q_str access_key, q_str *secret)
{
    if (!q_equal_secret(access_key, c->key))
        return false;
    *secret = c->secret;
    return true;
}

const char *q_credentials_root(const q_credentials *c)
{
    return c->key.p;
}

const char *q_credentials_root_secret(const q_credentials *c)
{
    return c->secret.p;
}
