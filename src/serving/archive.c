/* The forms of tar are those of POSIX.1-2017, pax, "Interchange Formats", and
 * of GNU tar's manual, "Basic Tar Format".
 */
#include "serving/archive.h"

#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

enum {
    BLOCK = 512,
    MAX_FILES = 4096,
    NAME_AT = 0,
    NAME_SIZE = 100,
    SIZE_AT = 124,
    SIZE_SIZE = 12,
    SUM_AT = 148,
    SUM_SIZE = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_SIZE = 155
};

bool archive__is(q_str bytes)
{
    return bytes.n > 2 && memcmp(bytes.p, "\x1f\x8b", 2) == 0;
}

void archive__clear(archive *a)
{
    if (a->memory)
        munmap(a->memory, a->bytes);
    *a = (archive){0};
}

/* ---- gzip -------------------------------------------------------------- */

/* Inflate into `room` bytes; *n is how many came. */
static q_code inflate_all(q_str packed, char *out, size_t room, size_t *n, q_err *err)
{
    const size_t piece = (size_t)1 << 30; /* zlib counts in 32 bits */
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.p};
    size_t in_left = packed.n;
    int rc = inflateInit2(&z, 15 + 16);

    if (rc != Z_OK)
        return q_err_nomem(err);
    *n = 0;
    while (rc == Z_OK) {
        size_t in = in_left < piece ? in_left : piece,
               space = room - *n < piece ? room - *n : piece;

        z.avail_in = (uInt)in;
        z.next_out = (Bytef *)out + *n;
        z.avail_out = (uInt)space;
        rc = inflate(&z, Z_NO_FLUSH);
        in_left -= in - z.avail_in;
        *n += space - z.avail_out;
        if (rc == Z_BUF_ERROR || (rc == Z_OK && (space == 0 || in == 0)))
            break;
    }
    inflateEnd(&z);
    if (rc == Z_STREAM_END)
        return Q_OK;
    if (*n == room)
        return q_err_set(err, Q_LIMIT, "the archive unpacks to more than %zu bytes", room);
    return q_err_set(err, Q_INVALID,
                     "the archive is damaged or cut short: gzip ends after %zu bytes", *n);
}

/* ---- tar --------------------------------------------------------------- */

/* A text field, which need not end in a NUL. */
static q_str field(const char *block, size_t at, size_t size)
{
    return (q_str){block + at, strnlen(block + at, size)};
}

/* Octal digits with blanks around them; or, for sizes from 8 GiB, binary behind
 * a first byte of 0x80.
 */
static bool number(const char *block, size_t at, size_t size, uint64_t *out)
{
    const unsigned char *p = (const unsigned char *)block + at;
    size_t i = 0;

    *out = 0;
    if (p[0] == 0x80) {
        for (i = 1; i < size; i++) {
            if (*out >> 55)
                return false;
            *out = *out << 8 | p[i];
        }
        return true;
    }
    while (i < size && p[i] == ' ')
        i++;
    for (; i < size && p[i] >= '0' && p[i] <= '7'; i++) {
        if (*out >> 60)
            return false;
        *out = *out << 3 | (uint64_t)(p[i] - '0');
    }
    return i == size || p[i] == 0 || p[i] == ' ';
}

/* The sum over a head, its own field taken for blanks. */
static bool sum_holds(const char *block)
{
    uint64_t stated, sum = 0;

    if (!number(block, SUM_AT, SUM_SIZE, &stated))
        return false;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_SIZE ? ' ' : (unsigned char)block[i];
    return sum == stated;
}

static bool all_zero(const char *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i])
            return false;
    return true;
}

/* A value of a pax head ("27 path=models/net.onnx\n"...); empty without one. */
static q_str pax_value(q_str records, const char *key)
{
    while (records.n) {
        q_str length, rest, name, value;
        uint64_t n;

        if (!q_str_cut(records, ' ', &length, &rest) || !q_str_u64(length, &n) || n > records.n ||
            n <= length.n + 1)
            break;
        rest = q_str_sub(rest, 0, (size_t)n - length.n - 1);
        if (q_str_cut(rest, '=', &name, &value) && q_str_is(name, key) && value.n)
            return q_str_sub(value, 0, value.n - 1); /* the line's end */
        records = q_str_sub(records, (size_t)n, records.n);
    }
    return (q_str){"", 0};
}

/* What comes before a file and says its name or size. */
typedef struct extra {
    q_str name;
    uint64_t size;
    bool has_size;
} extra;

static q_str name_of(const char *block, const extra *x, q_arena *a)
{
    q_str name = field(block, NAME_AT, NAME_SIZE), prefix = {"", 0};

    if (x->name.n)
        return x->name;
    if (memcmp(block + MAGIC_AT, "ustar\0", 6) == 0)
        prefix = field(block, PREFIX_AT, PREFIX_SIZE);
    if (prefix.n)
        return q_str_printf(a, "%.*s/%.*s", Q_ARG(prefix), Q_ARG(name));
    return name;
}

static q_str without_dot(q_str name)
{
    while (q_str_starts(name, Q_STR("./")))
        name = q_str_sub(name, 2, name.n);
    return name;
}

/* One entry behind its head: a file to keep, or what the next one needs. */
static q_code take_entry(const char *block, q_str body, extra *x, q_arena *a, archive *out,
                         size_t *cap, q_err *err)
{
    char type = block[TYPE_AT];
    q_str path;
    q_code rc;

    if (type == 'x') {
        x->name = pax_value(body, "path");
        x->has_size = q_str_u64(pax_value(body, "size"), &x->size);
        return Q_OK;
    }
    if (type == 'L') {
        x->name = (q_str){body.p, strnlen(body.p, body.n)};
        return Q_OK;
    }
    if (type == '0' || type == 0 || type == '7') {
        path = without_dot(name_of(block, x, a));
        rc = out->count == MAX_FILES
                 ? q_err_set(err, Q_LIMIT, "the archive has more than %d files", MAX_FILES)
                 : q_arena_grow(a, &out->files, cap, out->count + 1, sizeof *out->files);
        if (rc)
            return rc;
        if (!path.p)
            return q_err_nomem(err);
        out->files[out->count++] = (q_model_file){path, body};
    }
    *x = (extra){0};
    return Q_OK;
}

static q_code read_entries(q_str tar, q_arena *a, archive *out, q_err *err)
{
    extra x = {0};
    size_t cap = 0, at = 0;

    while (at + BLOCK <= tar.n && !all_zero(tar.p + at)) {
        const char *block = tar.p + at;
        uint64_t size;
        q_code rc;

        if (!sum_holds(block) || !number(block, SIZE_AT, SIZE_SIZE, &size))
            return q_err_set(err, Q_INVALID, "what gzip holds is no tar archive: byte %zu", at);
        if (x.has_size && block[TYPE_AT] != 'x')
            size = x.size;
        at += BLOCK;
        if (size > tar.n - at)
            return q_err_set(err, Q_INVALID, "the archive ends within a file of %llu bytes",
                             (unsigned long long)size);
        rc = take_entry(block, (q_str){tar.p + at, (size_t)size}, &x, a, out, &cap, err);
        if (rc)
            return rc;
        at += (size_t)size;
        at += (BLOCK - at % BLOCK) % BLOCK;
    }
    return Q_OK;
}

q_code archive__unpack(q_str packed, size_t limit, q_arena *a, archive *out, q_err *err)
{
    const size_t page = 4096;
    size_t n = 0, keep;
    q_code rc;

    *out = (archive){0};
    out->memory = mmap(NULL, limit, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (out->memory == MAP_FAILED) {
        out->memory = NULL;
        return q_err_nomem(err);
    }
    out->bytes = limit;
    rc = inflate_all(packed, out->memory, limit, &n, err);
    keep = (n + page) / page * page;
    if (!rc && keep < limit) { /* give back what was not needed */
        munmap((char *)out->memory + keep, limit - keep);
        out->bytes = keep;
    }
    if (!rc)
        rc = read_entries((q_str){out->memory, n}, a, out, err);
    if (rc)
        archive__clear(out);
    return rc;
}

/* ---- which file -------------------------------------------------------- */

static q_str base_name(q_str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/')
            return q_str_sub(path, i, path.n);
    return path;
}

static bool is_model(q_str name)
{
    return q_str_ends(name, Q_STR(".onnx")) || q_str_ends(name, Q_STR(".q"));
}

q_code archive__model(const archive *a, const q_model_file **out, q_err *err)
{
    size_t models = 0;

    *out = NULL;
    for (size_t i = 0; i < a->count; i++) {
        q_str name = base_name(a->files[i].name);

        if (q_str_is(name, "model.q") || (q_str_is(name, "model.onnx") && !*out)) {
            *out = &a->files[i];
            if (name.p[6] == 'q')
                return Q_OK;
        }
        models += is_model(name);
    }
    for (size_t i = 0; i < a->count && !*out && models == 1; i++)
        if (is_model(base_name(a->files[i].name)))
            *out = &a->files[i];
    if (*out)
        return Q_OK;
    if (models)
        return q_err_set(
            err, Q_INVALID,
            "the archive has %zu models; name the one to be served model.onnx or model.q", models);
    return q_err_set(err, Q_INVALID, "the archive has %zu files, none named *.onnx or *.q",
                     a->count);
}
