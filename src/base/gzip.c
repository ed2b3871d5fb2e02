#include "base/gzip.h"

#include "base/buf.h"

#include <limits.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, LEVEL = 6, MEMORY = 8, PIECE = 8192 };

q_code q_gzip(q_arena *a, q_str bytes, q_str *out, q_err *err)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes.p};
    size_t room;
    char *p = NULL;
    int status = Z_BUF_ERROR;

    if (bytes.n > UINT_MAX / 2)
        return q_err_set(err, Q_LIMIT, "%zu bytes to pack; at most %u", bytes.n, UINT_MAX / 2);
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return q_err_nomem(err);
    room = deflateBound(&z, bytes.n);
    p = q_arena_alloc(a, room);
    if (p) {
        z.avail_in = (uInt)bytes.n;
        z.next_out = (Bytef *)p;
        z.avail_out = (uInt)room;
        status = deflate(&z, Z_FINISH);
    }
    *out = (q_str){p, z.total_out};
    deflateEnd(&z);
    return status == Z_STREAM_END ? Q_OK : q_err_nomem(err);
}

q_code q_gunzip(q_arena *a, q_str bytes, size_t limit, q_str *out, q_err *err)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes.p};
    q_buf b = q_buf_init(a, limit);
    Bytef piece[PIECE];
    int status = Z_OK;

    if (bytes.n > UINT_MAX)
        return q_err_set(err, Q_LIMIT, "%zu packed bytes; at most %u", bytes.n, UINT_MAX);
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return q_err_nomem(err);
    z.avail_in = (uInt)bytes.n;
    while (status == Z_OK && !b.rc) {
        z.next_out = piece;
        z.avail_out = PIECE;
        status = inflate(&z, Z_NO_FLUSH);
        q_buf_put(&b, (q_str){(char *)piece, PIECE - z.avail_out});
    }
    inflateEnd(&z);
    if (b.rc)
        return q_buf_finish(&b, out, err);
    if (status == Z_MEM_ERROR)
        return q_err_nomem(err);
    if (status != Z_STREAM_END || z.avail_in)
        return q_err_set(err, Q_INVALID, "%zu bytes are no gzip, or damaged", bytes.n);
    return q_buf_finish(&b, out, err);
}
