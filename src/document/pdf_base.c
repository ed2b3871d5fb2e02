#include "document/pdf_base.h"

#include "base/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL = 2048, MAX_DEPTH = 32, FONT_TRIES = 1000 };

struct pdf_base {
    qpdf_data q;
    q_str file;
    size_t page_count;
    uint64_t table; /* offset; 0: not found */
    bool table_is_stream;
    bool sound;
};

qpdf_data pdf_base__handle(pdf_base *b)
{
    return b->q;
}

/* ---- opening --------------------------------------------------------------- */

static q_code judge(pdf_base *b, q_err *err)
{
    qpdf_error e = qpdf_get_error(b->q);

    if (!e)
        return q_err_set(err, Q_INVALID, "the PDF cannot be taken apart");
    if (qpdf_get_error_code(b->q, e) == qpdf_e_password)
        return q_err_set(err, Q_DENIED, "the PDF is encrypted and wants a password");
    return q_err_set(err, Q_INVALID, "the PDF cannot be taken apart: %.300s",
                     qpdf_get_error_message_detail(b->q, e));
}

/* The table that the file's last startxref points at. */
static void table_find(pdf_base *b)
{
    size_t from = b->file.n > TAIL ? b->file.n - TAIL : 0, at;
    q_str rest = q_str_sub(b->file, from, b->file.n), digits = {NULL, 0}, there;
    uint64_t offset = 0;

    while ((at = q_str_find(rest, Q_STR("startxref"))) != SIZE_MAX) {
        rest = q_str_sub(rest, at + 9, rest.n);
        digits = rest;
    }
    digits = q_str_trim(digits);
    for (at = 0; at < digits.n && q_is_digit(digits.p[at]); at++)
        ;
    if (!q_str_u64(q_str_sub(digits, 0, at), &offset) || offset >= b->file.n)
        return;
    there = q_str_sub(b->file, (size_t)offset, 32);
    if (there.n == 0 || (!q_is_digit(there.p[0]) && !q_str_starts(there, Q_STR("xref"))))
        return;
    b->table_is_stream = q_is_digit(there.p[0]);
    b->table = offset;
}

static long long trailer_size(pdf_base *b)
{
    qpdf_oh trailer = qpdf_get_trailer(b->q);

    return qpdf_oh_get_int_value(b->q, qpdf_oh_get_key(b->q, trailer, "/Size"));
}

/* qpdf mends on the way what it can: pages without a number, listed twice, a lost table. Then its
 * numbers are not those of the file.
 */
static bool is_sound(pdf_base *b)
{
    long long size = trailer_size(b);
    bool sound = b->table && size > 0 && size < INT32_MAX &&
                 q_str_starts(b->file, Q_STR("%PDF-")) && !qpdf_more_warnings(b->q);

    for (size_t i = 0; i < b->page_count && sound; i++) {
        qpdf_oh page = qpdf_get_page_n(b->q, i);

        sound = qpdf_oh_get_object_id(b->q, page) < size;
        qpdf_oh_release(b->q, page);
    }
    return sound;
}

static q_code open_file(pdf_base *b, q_err *err)
{
    int count;

    b->q = qpdf_init();
    if (!b->q)
        return q_err_nomem(err);
    qpdf_set_suppress_warnings(b->q, QPDF_TRUE);
    qpdf_silence_errors(b->q);
    if (qpdf_read_memory(b->q, "document", b->file.p, b->file.n, NULL) & QPDF_ERRORS)
        return judge(b, err);
    if (qpdf_is_encrypted(b->q))
        return q_err_set(err, Q_DENIED,
                         "the PDF is encrypted; a text layer can be added to it once the "
                         "encryption is removed (qpdf --decrypt)");
    count = qpdf_get_num_pages(b->q);
    if (count < 0 || qpdf_has_error(b->q))
        return judge(b, err);
    if (count == 0)
        return q_err_set(err, Q_INVALID, "the PDF has no pages");
    b->page_count = (size_t)count;
    table_find(b);
    b->sound = is_sound(b);
    qpdf_oh_release_all(b->q);
    return Q_OK;
}

q_code pdf_base__open(q_str file, pdf_base **out, q_err *err)
{
    pdf_base *b = calloc(1, sizeof *b);
    q_code rc;

    if (!b)
        return q_err_nomem(err);
    b->file = file;
    rc = open_file(b, err);
    if (rc) {
        pdf_base__close(b);
        return rc;
    }
    *out = b;
    return Q_OK;
}

void pdf_base__close(pdf_base *b)
{
    if (!b)
        return;
    if (b->q)
        qpdf_cleanup(&b->q);
    free(b);
}

size_t pdf_base__page_count(const pdf_base *b)
{
    return b->page_count;
}

bool pdf_base__is_sound(const pdf_base *b)
{
    return b->sound;
}

q_code pdf_base__check(pdf_base *b, q_err *err)
{
    return qpdf_has_error(b->q) ? judge(b, err) : Q_OK;
}

/* ---- the whole ------------------------------------------------------------- */

q_code pdf_base__join(pdf_base *b, pdf_base *other, q_err *err)
{
    for (size_t i = 0; i < other->page_count; i++) {
        qpdf_oh page = qpdf_get_page_n(other->q, i);

        if (qpdf_add_page(b->q, other->q, page, QPDF_FALSE) & QPDF_ERRORS)
            return judge(b, err);
    }
    b->page_count += other->page_count;
    b->sound = false;
    return Q_OK;
}

q_code pdf_base__rewrite(pdf_base *b, bool archive, int fd, q_err *err)
{
    q_str bytes;

    if (qpdf_init_write_memory(b->q) & QPDF_ERRORS)
        return judge(b, err);
    qpdf_set_object_stream_mode(b->q, qpdf_o_generate);
    qpdf_set_compress_streams(b->q, QPDF_TRUE);
    qpdf_set_decode_level(b->q, archive ? qpdf_dl_generalized : qpdf_dl_none);
    qpdf_set_newline_before_endstream(b->q, archive);
    qpdf_set_deterministic_ID(b->q, QPDF_TRUE);
    qpdf_set_minimum_pdf_version(b->q, "1.5");
    if (qpdf_write(b->q) & QPDF_ERRORS)
        return judge(b, err);
    bytes = (q_str){(const char *)qpdf_get_buffer(b->q), qpdf_get_buffer_length(b->q)};
    return q_fd_write(fd, bytes, err);
}

/* ---- texts of objects -------------------------------------------------------- */

static void put_value(pdf_base *b, qpdf_oh value, q_buf *out)
{
    const char *text = qpdf_oh_unparse(b->q, value);

    q_buf_put(out, (q_str){text, qpdf_get_last_string_length(b->q)});
}

static bool is_among(const char *key, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(key, *names) == 0)
            return true;
    return false;
}

void pdf_base__put_entries(pdf_base *b, qpdf_oh dictionary, const char *const *without, q_buf *out)
{
    if (!qpdf_oh_is_dictionary(b->q, dictionary))
        return;
    qpdf_oh_begin_dict_key_iter(b->q, dictionary);
    while (qpdf_oh_dict_more_keys(b->q)) {
        const char *key = qpdf_oh_dict_next_key(b->q);
        qpdf_oh name, value;

        if (is_among(key, without))
            continue;
        name = qpdf_oh_new_name(b->q, key); /* so that odd characters are written as they must */
        value = qpdf_oh_get_key(b->q, dictionary, key);
        put_value(b, name, out);
        q_buf_char(out, ' ');
        put_value(b, value, out);
        q_buf_char(out, '\n');
        qpdf_oh_release(b->q, name);
        qpdf_oh_release(b->q, value);
    }
}

q_str pdf_base__info(pdf_base *b, const char *key, q_arena *a)
{
    qpdf_oh info = qpdf_oh_get_key(b->q, qpdf_get_trailer(b->q), "/Info"), value;
    const char *text;
    q_str out = {NULL, 0};

    if (!qpdf_oh_is_dictionary(b->q, info))
        return out;
    value = qpdf_oh_get_key(b->q, info, key);
    if (!qpdf_oh_is_string(b->q, value))
        return out;
    text = qpdf_oh_get_utf8_value(b->q, value);
    out = q_str_copy(a, (q_str){text, qpdf_get_last_string_length(b->q)});
    return out.p ? out : (q_str){NULL, 0};
}

/* ---- pages ----------------------------------------------------------------- */

/* An entry of a page, or of the nodes above that it inherits from; null without one. */
static qpdf_oh inherited(pdf_base *b, qpdf_oh page, const char *key)
{
    qpdf_oh node = page;

    for (int i = 0; i < MAX_DEPTH && qpdf_oh_is_dictionary(b->q, node); i++) {
        qpdf_oh value = qpdf_oh_get_key(b->q, node, key);

        if (!qpdf_oh_is_null(b->q, value))
            return value;
        node = qpdf_oh_get_key(b->q, node, "/Parent");
    }
    return qpdf_oh_new_null(b->q);
}

/* Four numbers, the lower ones first. False for anything else. */
static bool take_box(pdf_base *b, qpdf_oh box, double out[4])
{
    if (!qpdf_oh_is_array(b->q, box) || qpdf_oh_get_array_n_items(b->q, box) != 4)
        return false;
    for (int i = 0; i < 4; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(b->q, box, i);

        if (!qpdf_oh_is_number(b->q, item))
            return false;
        out[i] = qpdf_oh_get_numeric_value(b->q, item);
        if (!(fabs(out[i]) < 1e7))
            return false;
    }
    for (int i = 0; i < 2; i++)
        if (out[i] > out[i + 2]) {
            double kept = out[i];

            out[i] = out[i + 2];
            out[i + 2] = kept;
        }
    return out[2] > out[0] && out[3] > out[1];
}

/* The part of the crop box that is on the page. */
static void visible_box(pdf_base *b, qpdf_oh page, double out[4])
{
    double crop[4];

    if (!take_box(b, inherited(b, page, "/MediaBox"), out))
        memcpy(out, (const double[]){0, 0, 612, 792}, 4 * sizeof *out);
    if (!take_box(b, inherited(b, page, "/CropBox"), crop))
        return;
    for (int i = 0; i < 2; i++) {
        crop[i] = fmax(crop[i], out[i]);
        crop[i + 2] = fmin(crop[i + 2], out[i + 2]);
    }
    if (crop[2] > crop[0] && crop[3] > crop[1])
        memcpy(out, crop, sizeof crop);
}

static void font_name(pdf_base *b, qpdf_oh page, char *out, size_t n)
{
    qpdf_oh resources = inherited(b, page, "/Resources"), fonts;
    char key[32];

    snprintf(out, n, "QuernText");
    if (!qpdf_oh_is_dictionary(b->q, resources))
        return;
    fonts = qpdf_oh_get_key(b->q, resources, "/Font");
    if (!qpdf_oh_is_dictionary(b->q, fonts))
        return;
    for (int i = 1; i < FONT_TRIES; i++) {
        snprintf(key, sizeof key, "/%s", out);
        if (!qpdf_oh_has_key(b->q, fonts, key))
            return;
        snprintf(out, n, "QuernText%d", i);
    }
}

q_code pdf_base__page(pdf_base *b, size_t index, pdf_base_page *out, q_err *err)
{
    qpdf_oh page = qpdf_get_page_n(b->q, index), rotate;
    long long degrees = 0;

    if (!qpdf_oh_is_dictionary(b->q, page))
        return q_err_set(err, Q_INVALID, "the PDF has no page %zu", index + 1);
    rotate = inherited(b, page, "/Rotate");
    if (qpdf_oh_is_integer(b->q, rotate))
        degrees = qpdf_oh_get_int_value(b->q, rotate) % 360;
    *out = (pdf_base_page){.number = (uint32_t)qpdf_oh_get_object_id(b->q, page),
                           .generation = (uint16_t)qpdf_oh_get_generation(b->q, page),
                           .rotate = (int)(degrees < 0 ? degrees + 360 : degrees) / 90 * 90};
    visible_box(b, page, out->box);
    font_name(b, page, out->font, sizeof out->font);
    qpdf_oh_release_all(b->q);
    return pdf_base__check(b, err);
}

static void put_contents(pdf_base *b, qpdf_oh page, uint32_t layer, q_buf *out)
{
    qpdf_oh contents = qpdf_oh_get_key(b->q, page, "/Contents");

    q_buf_printf(out, "/Contents[%" PRIu32 " 0 R", layer);
    if (qpdf_oh_is_array(b->q, contents)) {
        int n = qpdf_oh_get_array_n_items(b->q, contents);

        for (int i = 0; i < n; i++) {
            qpdf_oh item = qpdf_oh_get_array_item(b->q, contents, i);

            q_buf_char(out, ' ');
            put_value(b, item, out);
            qpdf_oh_release(b->q, item);
        }
    } else if (qpdf_oh_is_stream(b->q, contents)) {
        q_buf_char(out, ' ');
        put_value(b, contents, out);
    }
    q_buf_puts(out, "]\n");
}

static void put_resources(pdf_base *b, qpdf_oh page, const pdf_base_page *p, uint32_t font,
                          q_buf *out)
{
    static const char *const fonts[] = {"/Font", NULL}, *const none[] = {NULL};
    qpdf_oh resources = inherited(b, page, "/Resources");

    q_buf_puts(out, "/Resources<<");
    pdf_base__put_entries(b, resources, fonts, out);
    q_buf_puts(out, "/Font<<");
    if (qpdf_oh_is_dictionary(b->q, resources))
        pdf_base__put_entries(b, qpdf_oh_get_key(b->q, resources, "/Font"), none, out);
    q_buf_printf(out, "/%s %" PRIu32 " 0 R>>>>\n", p->font, font);
}

/* What a page may have from above, and must have itself below another parent. */
static void put_inherited(pdf_base *b, qpdf_oh page, bool resources, q_buf *out)
{
    static const char *const keys[] = {"/MediaBox", "/CropBox", "/Resources"};

    for (size_t i = 0; i < (resources ? 3 : 2); i++) {
        qpdf_oh value = inherited(b, page, keys[i]);

        if (qpdf_oh_has_key(b->q, page, keys[i]) || qpdf_oh_is_null(b->q, value))
            continue;
        q_buf_puts(out, keys[i]);
        q_buf_char(out, ' ');
        put_value(b, value, out);
        q_buf_char(out, '\n');
    }
}

q_code pdf_base__put_page(pdf_base *b, size_t index, const pdf_base_page *p,
                          const pdf_base_change *change, q_buf *out, q_err *err)
{
    qpdf_oh page = qpdf_get_page_n(b->q, index);
    const char *without[6] = {"/Rotate"};
    size_t n = 1;

    if (change->layer)
        without[n++] = "/Contents";
    if (change->font)
        without[n++] = "/Resources";
    if (change->parent)
        without[n++] = "/Parent";
    q_buf_puts(out, "<<");
    pdf_base__put_entries(b, page, without, out);
    q_buf_printf(out, "/Rotate %d\n", change->rotate);
    if (change->layer)
        put_contents(b, page, change->layer, out);
    if (change->font)
        put_resources(b, page, p, change->font, out);
    if (change->parent) {
        q_buf_printf(out, "/Parent %s\n", change->parent);
        put_inherited(b, page, change->font == 0, out);
    }
    q_buf_puts(out, ">>");
    qpdf_oh_release_all(b->q);
    return pdf_base__check(b, err);
}

/* ---- the end --------------------------------------------------------------- */

static q_str value_text(pdf_base *b, qpdf_oh value, q_arena *a)
{
    const char *text = qpdf_oh_unparse(b->q, value);

    return q_str_copy(a, (q_str){text, qpdf_get_last_string_length(b->q)});
}

q_code pdf_base__tail(pdf_base *b, q_arena *a, pdf_base_tail *out, q_err *err)
{
    qpdf_oh trailer = qpdf_get_trailer(b->q), root = qpdf_get_root(b->q);
    qpdf_oh info = qpdf_oh_get_key(b->q, trailer, "/Info");
    qpdf_oh id = qpdf_oh_get_key(b->q, trailer, "/ID");
    qpdf_oh pages = qpdf_oh_get_key(b->q, root, "/Pages");

    *out = (pdf_base_tail){.table = b->table,
                           .as_stream = b->table_is_stream,
                           .size = (uint32_t)trailer_size(b),
                           .root = value_text(b, root, a),
                           .pages = value_text(b, pages, a),
                           .root_number = (uint32_t)qpdf_oh_get_object_id(b->q, root),
                           .root_generation = (uint16_t)qpdf_oh_get_generation(b->q, root),
                           .pages_number = (uint32_t)qpdf_oh_get_object_id(b->q, pages),
                           .pages_generation = (uint16_t)qpdf_oh_get_generation(b->q, pages)};
    if (qpdf_oh_is_indirect(b->q, info))
        out->info = value_text(b, info, a);
    if (qpdf_oh_is_array(b->q, id) && qpdf_oh_get_array_n_items(b->q, id) > 0 &&
        qpdf_oh_is_string(b->q, qpdf_oh_get_array_item(b->q, id, 0)))
        out->first_id = value_text(b, qpdf_oh_get_array_item(b->q, id, 0), a);
    qpdf_oh_release_all(b->q);
    if (!out->root.p || !out->pages.p || out->root_number == 0 || out->pages_number == 0)
        return q_err_set(err, Q_INVALID, "the PDF has no catalog or page tree of its own");
    return pdf_base__check(b, err);
}
