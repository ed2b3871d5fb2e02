#include "wire/path.h"

#include "base/encode.h"

static q_str drop_slash(q_str s)
{
    if (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return s;
}

static bool is_label(q_str segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static bool is_greedy(q_str segment)
{
    return is_label(segment) && segment.p[segment.n - 2] == '+';
}

static bool add_label(path_labels *out, q_str segment, q_str value)
{
    if (value.n == 0 || out->count == PATH_LABELS)
        return false;
    out->name[out->count] = q_str_sub(segment, 1, segment.n - (is_greedy(segment) ? 3 : 2));
    out->value[out->count++] = value;
    return true;
}

bool path__match(q_str uri, q_str path, path_labels *out)
{
    q_str whole = path;
    bool more_uri = true, more_path = true;

    out->count = out->literals = 0;
    if (uri.n == 0 || path.n == 0 || uri.p[0] != '/' || path.p[0] != '/')
        return false;
    uri = q_str_sub(drop_slash(uri), 1, SIZE_MAX);
    path = q_str_sub(drop_slash(path), 1, SIZE_MAX);
    while (more_uri) {
        q_str segment, given;

        more_uri = q_str_cut(uri, '/', &segment, &uri);
        if (!more_path)
            return false;
        if (is_greedy(segment) && !more_uri)
            return add_label(out, segment, (q_str){path.p, (size_t)(whole.p + whole.n - path.p)});
        more_path = q_str_cut(path, '/', &given, &path);
        if (is_label(segment)) {
            if (!add_label(out, segment, given))
                return false;
        } else if (q_str_eq(segment, given)) {
            out->literals += segment.n > 0;
        } else {
            return false;
        }
    }
    return !more_path;
}

bool query__next(q_str *rest, q_str *key, q_str *value)
{
    q_str pair = {NULL, 0};

    while (rest->n && pair.n == 0)
        q_str_cut(*rest, '&', &pair, rest);
    if (pair.n == 0)
        return false;
    q_str_cut(pair, '=', key, value);
    return true;
}

bool query__decodes_to(q_str raw, q_str plain)
{
    size_t i = 0, k = 0;

    while (i < raw.n && k < plain.n) {
        char c = raw.p[i];

        if (c == '%' && raw.n - i > 2 && q_hex_digit(raw.p[i + 1]) >= 0 &&
            q_hex_digit(raw.p[i + 2]) >= 0) {
            c = (char)(q_hex_digit(raw.p[i + 1]) << 4 | q_hex_digit(raw.p[i + 2]));
            i += 2;
        }
        if (c != plain.p[k])
            return false;
        i++;
        k++;
    }
    return i == raw.n && k == plain.n;
}

q_str query__find(q_str query, q_str key, bool *found)
{
    q_str k, v;

    while (query__next(&query, &k, &v)) {
        if (query__decodes_to(k, key)) {
            *found = true;
            return v;
        }
    }
    *found = false;
    return Q_STR("");
}
