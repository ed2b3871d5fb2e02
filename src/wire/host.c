#include "wire/host.h"

#include "base/buf.h"

static q_str without_port(q_str host)
{
    for (size_t i = host.n; i > 0; i--) {
        if (host.p[i - 1] == ':')
            return q_str_sub(host, 0, i - 1);
        if (!q_is_digit(host.p[i - 1]))
            break;
    }
    return host;
}

static bool is_ip(q_str name)
{
    if (q_str_starts(name, Q_STR("[")))
        return true;
    for (size_t i = 0; i < name.n; i++)
        if (!q_is_digit(name.p[i]) && name.p[i] != '.')
            return false;
    return true;
}

/* What stands before ".domain"; empty when nothing does. */
static q_str before(q_str name, q_str domain)
{
    q_str tail;

    if (name.n < domain.n + 2)
        return Q_STR("");
    tail = q_str_sub(name, name.n - domain.n, domain.n);
    if (!q_str_eq_nocase(tail, domain) || name.p[name.n - domain.n - 1] != '.')
        return Q_STR("");
    return q_str_sub(name, 0, name.n - domain.n - 1);
}

q_str host__bucket(q_str host, const char *const *domains)
{
    q_str name = without_port(host), bucket, inner;

    if (is_ip(name))
        return Q_STR("");
    for (; *domains; domains++) {
        bucket = before(name, q_str_of(*domains));
        if (bucket.n == 0)
            continue;
        if (q_str_is_nocase(bucket, "s3"))
            return Q_STR("");
        inner = before(bucket, Q_STR("s3"));
        return inner.n ? inner : bucket;
    }
    return Q_STR("");
}

q_str host__path(q_str bucket, q_str path, q_arena *a)
{
    q_str parts[] = {Q_STR("/"), bucket, path};
    q_buf b = q_buf_init(a, 1 << 20);
    q_str out = {NULL, 0};

    for (size_t i = 0; i < 3; i++)
        q_buf_put(&b, parts[i]);
    if (q_buf_finish(&b, &out, NULL))
        return (q_str){NULL, 0};
    return out;
}
