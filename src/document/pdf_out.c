#include "document/pdf_out.h"

#include "base/encode.h"
#include "base/file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

enum { ID_BYTES = 16, WIDTH_OFFSET = 5 };

q_code pdf_out__init(pdf_out *o, int fd, uint64_t limit, q_err *err)
{
    *o = (pdf_out){.fd = fd, .limit = limit, .next = 1};
    o->digest = q_digest_new(Q_SHA256);
    return o->digest ? Q_OK : q_err_nomem(err);
}

void pdf_out__clear(pdf_out *o)
{
    free(o->entries);
    q_digest_free(o->digest);
    *o = (pdf_out){.fd = -1};
}

uint32_t pdf_out__reserve(pdf_out *o)
{
    return o->next++;
}

q_code pdf_out__raw(pdf_out *o, q_str bytes, q_err *err)
{
    if (bytes.n > o->limit - o->offset)
        return q_err_set(err, Q_LIMIT, "the PDF would be larger than %" PRIu64 " MiB",
                         o->limit >> 20);
    o->offset += bytes.n;
    q_digest_update(o->digest, bytes);
    return q_fd_write(o->fd, bytes, err);
}

/* Note where the object is that begins here. */
static q_code entry_add(pdf_out *o, uint32_t number, uint16_t generation, q_err *err)
{
    if (q_heap_grow(&o->entries, &o->cap, o->count + 1, sizeof *o->entries))
        return q_err_nomem(err);
    o->entries[o->count++] = (pdf_out_entry){o->offset, number, generation};
    return Q_OK;
}

q_code pdf_out__object(pdf_out *o, uint32_t number, uint16_t generation, q_str body, q_err *err)
{
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str whole;
    q_code rc = entry_add(o, number, generation, err);

    q_buf_printf(&b, "%" PRIu32 " %u obj\n", number, (unsigned)generation);
    q_buf_put(&b, body);
    q_buf_puts(&b, "\nendobj\n");
    if (!rc)
        rc = q_buf_finish(&b, &whole, err);
    if (!rc)
        rc = pdf_out__raw(o, whole, err);
    q_buf_clear(&b);
    return rc;
}

q_code pdf_out__stream(pdf_out *o, uint32_t number, q_str entries, q_str data, q_err *err)
{
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str head;
    q_code rc = entry_add(o, number, 0, err);

    q_buf_printf(&b, "%" PRIu32 " 0 obj\n<<", number);
    q_buf_put(&b, entries);
    q_buf_printf(&b, "/Length %zu>>\nstream\n", data.n);
    if (!rc)
        rc = q_buf_finish(&b, &head, err);
    if (!rc)
        rc = pdf_out__raw(o, head, err);
    if (!rc)
        rc = pdf_out__raw(o, data, err);
    if (!rc)
        rc = pdf_out__raw(o, Q_STR("\nendstream\nendobj\n"), err);
    q_buf_clear(&b);
    return rc;
}

q_code pdf_out__deflated(pdf_out *o, uint32_t number, q_str entries, q_str data, q_err *err)
{
    uLongf n = compressBound(data.n);
    Bytef *packed = malloc(n);
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str dictionary;
    q_code rc = Q_OK;

    if (!packed || compress2(packed, &n, (const Bytef *)data.p, data.n, Z_BEST_COMPRESSION))
        rc = q_err_nomem(err);
    q_buf_put(&b, entries);
    q_buf_puts(&b, "/Filter/FlateDecode");
    if (!rc)
        rc = q_buf_finish(&b, &dictionary, err);
    if (!rc)
        rc = pdf_out__stream(o, number, dictionary, (q_str){(const char *)packed, n}, err);
    q_buf_clear(&b);
    free(packed);
    return rc;
}

/* ---- the end ------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const pdf_out_entry *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/* How many entries follow each other by number from i on. */
static size_t run_length(const pdf_out *o, size_t i)
{
    size_t n = 1;

    while (i + n < o->count && o->entries[i + n].number == o->entries[i].number + n)
        n++;
    return n;
}

static void put_table(const pdf_out *o, bool fresh, q_buf *b)
{
    q_buf_puts(b, "xref\n");
    if (fresh) /* the head of the list of free objects, which is empty */
        q_buf_puts(b, "0 1\n0000000000 65535 f \n");
    for (size_t i = 0; i < o->count;) {
        size_t n = run_length(o, i);

        q_buf_printf(b, "%" PRIu32 " %zu\n", o->entries[i].number, n);
        for (size_t k = i; k < i + n; k++)
            q_buf_printf(b, "%010" PRIu64 " %05u n \n", o->entries[k].offset,
                         (unsigned)o->entries[k].generation);
        i += n;
    }
}

/* The same as rows of a stream: kind 1, offset, generation. */
static void put_rows(const pdf_out *o, q_buf *b)
{
    for (size_t i = 0; i < o->count; i++) {
        const pdf_out_entry *e = &o->entries[i];

        q_buf_char(b, 1);
        for (int k = WIDTH_OFFSET - 1; k >= 0; k--)
            q_buf_char(b, (char)(e->offset >> (8 * k)));
        q_buf_char(b, (char)(e->generation >> 8));
        q_buf_char(b, (char)e->generation);
    }
}

static void put_index(const pdf_out *o, q_buf *b)
{
    q_buf_puts(b, "/Index[");
    for (size_t i = 0; i < o->count;) {
        size_t n = run_length(o, i);

        q_buf_printf(b, "%" PRIu32 " %zu ", o->entries[i].number, n);
        i += n;
    }
    q_buf_puts(b, "]");
}

/* The entries that a trailer and a stream that stands for one share. */
static void put_trailer(const pdf_out *o, const pdf_out_end *end, q_buf *b)
{
    unsigned char sum[Q_DIGEST_MAX];
    char id[2 * ID_BYTES + 1];

    q_digest_final(o->digest, sum);
    q_hex(sum, ID_BYTES, id);
    q_buf_printf(b, "/Size %" PRIu32 "/Root ", o->next);
    q_buf_put(b, end->root);
    if (end->info.n) {
        q_buf_puts(b, "/Info ");
        q_buf_put(b, end->info);
    }
    q_buf_puts(b, "/ID[");
    if (end->first_id.n)
        q_buf_put(b, end->first_id);
    else
        q_buf_printf(b, "<%s>", id);
    q_buf_printf(b, "<%s>]", id);
    if (end->previous)
        q_buf_printf(b, "/Prev %" PRIu64, end->previous);
}

static q_code end_stream(pdf_out *o, const pdf_out_end *end, q_err *err)
{
    q_buf rows = q_buf_init(NULL, SIZE_MAX), entries = q_buf_init(NULL, SIZE_MAX);
    uint32_t number = pdf_out__reserve(o);
    q_str data, dictionary;
    q_code rc = entry_add(o, number, 0, err); /* it lists itself, as the last */

    if (!rc) {
        put_rows(o, &rows);
        q_buf_printf(&entries, "/Type/XRef/W[1 %d 2]", WIDTH_OFFSET);
        put_index(o, &entries);
        put_trailer(o, end, &entries);
        rc = q_buf_finish(&rows, &data, err);
    }
    if (!rc)
        rc = q_buf_finish(&entries, &dictionary, err);
    if (!rc)
        rc = pdf_out__deflated(o, number, dictionary, data, err);
    q_buf_clear(&rows);
    q_buf_clear(&entries);
    return rc;
}

static q_code end_table(pdf_out *o, const pdf_out_end *end, q_err *err)
{
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str table;
    q_code rc;

    put_table(o, end->previous == 0, &b);
    q_buf_puts(&b, "trailer\n<<");
    put_trailer(o, end, &b);
    q_buf_puts(&b, ">>\n");
    rc = q_buf_finish(&b, &table, err);
    if (!rc)
        rc = pdf_out__raw(o, table, err);
    q_buf_clear(&b);
    return rc;
}

q_code pdf_out__end(pdf_out *o, const pdf_out_end *end, q_err *err)
{
    uint64_t at = o->offset;
    q_buf b = q_buf_init(NULL, 256);
    q_code rc;

    qsort(o->entries, o->count, sizeof *o->entries, by_number);
    rc = end->as_stream ? end_stream(o, end, err) : end_table(o, end, err);
    q_buf_printf(&b, "startxref\n%" PRIu64 "\n%%%%EOF\n", at);
    if (!rc)
        rc = pdf_out__raw(o, q_buf_str(&b), err);
    q_buf_clear(&b);
    return rc;
}
