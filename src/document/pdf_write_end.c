#include "document/pdf_parts.h"

#include "base/utf8.h"
#include "document/pdf_archive.h"

#include <inttypes.h>

static q_code write_tree(q_pdf *p, q_err *err)
{
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str text;
    q_code rc;

    q_buf_puts(&b, "<</Type/Pages/Kids[");
    for (size_t i = 0; i < p->kid_count; i++)
        q_buf_printf(&b, "%" PRIu32 " %u R ", p->kids[i].number, (unsigned)p->kids[i].generation);
    q_buf_printf(&b, "]/Count %zu>>", p->kid_count);
    rc = q_buf_finish(&b, &text, err);
    if (!rc)
        rc = pdf_out__object(&p->out, p->tree_number, p->base ? p->tail.pages_generation : 0, text,
                             err);
    q_buf_clear(&b);
    return rc;
}

/* The description of the one PDF that all comes from; of others, none. */
static pdf_archive_info describe(q_pdf *p)
{
    pdf_base *b = p->base ? p->base : p->input_count ? p->inputs[0].base : NULL;

    if (p->input_count != 1 || !b)
        return (pdf_archive_info){.title = {NULL, 0}};
    return (pdf_archive_info){.title = pdf_base__info(b, "/Title", p->arena),
                              .author = pdf_base__info(b, "/Author", p->arena),
                              .subject = pdf_base__info(b, "/Subject", p->arena),
                              .keywords = pdf_base__info(b, "/Keywords", p->arena),
                              .creator = pdf_base__info(b, "/Creator", p->arena)};
}

/* Catalog of a new file, or of one that becomes an archive. */
static q_code write_catalog(q_pdf *p, const pdf_archive_info *info, uint32_t number,
                            uint16_t generation, q_err *err)
{
    static const char *const without[] = {"/Metadata", "/OutputIntents", NULL};
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str text;
    q_code rc = Q_OK;

    q_buf_puts(&b, "<<");
    if (p->base)
        pdf_base__put_entries(p->base, qpdf_get_root(pdf_base__handle(p->base)), without, &b);
    else
        q_buf_printf(&b, "/Type/Catalog/Pages %" PRIu32 " 0 R", p->tree_number);
    if (p->options.archive)
        rc = pdf_archive__write(info, &p->out, &b, err);
    q_buf_puts(&b, ">>");
    if (!rc)
        rc = q_buf_finish(&b, &text, err);
    if (!rc)
        rc = pdf_out__object(&p->out, number, generation, text, err);
    q_buf_clear(&b);
    return rc;
}

/* "/Title<FEFF...>": UTF-16, as PDF wants text that is not Latin. */
static void put_info(q_buf *b, const char *key, q_str text)
{
    size_t length;

    if (!text.n)
        return;
    q_buf_printf(b, "/%s<FEFF", key);
    for (size_t at = 0; at < text.n; at += length) {
        uint32_t c = q_utf8_decode(q_str_sub(text, at, text.n), &length);

        if (c == Q_UTF8_BAD)
            c = 0xfffd;
        if (c < 0x10000)
            q_buf_printf(b, "%04" PRIX32, c);
        else
            q_buf_printf(b, "%04" PRIX32 "%04" PRIX32, 0xd800 + ((c - 0x10000) >> 10),
                         0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    q_buf_puts(b, ">");
}

static q_code write_info(q_pdf *p, const pdf_archive_info *info, uint32_t number, q_err *err)
{
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    q_str text;
    q_code rc;

    q_buf_puts(&b, "<<");
    put_info(&b, "Title", info->title);
    put_info(&b, "Author", info->author);
    put_info(&b, "Subject", info->subject);
    put_info(&b, "Keywords", info->keywords);
    put_info(&b, "Creator", info->creator);
    q_buf_puts(&b, "/Producer(" PDF_ARCHIVE_PRODUCER ")>>");
    rc = q_buf_finish(&b, &text, err);
    if (!rc)
        rc = pdf_out__object(&p->out, number, 0, text, err);
    q_buf_clear(&b);
    return rc;
}

static q_code end_new(q_pdf *p, const pdf_archive_info *info, q_err *err)
{
    uint32_t root = pdf_out__reserve(&p->out), about = pdf_out__reserve(&p->out);
    q_str root_text = q_str_printf(p->arena, "%" PRIu32 " 0 R", root);
    q_str about_text = q_str_printf(p->arena, "%" PRIu32 " 0 R", about);
    q_code rc = write_catalog(p, info, root, 0, err);

    if (!rc)
        rc = write_info(p, info, about, err);
    if (!rc && (!root_text.p || !about_text.p))
        rc = q_err_nomem(err);
    if (rc)
        return rc;
    return pdf_out__end(&p->out, &(pdf_out_end){.root = root_text, .info = about_text}, err);
}

static q_code end_base(q_pdf *p, const pdf_archive_info *info, q_err *err)
{
    pdf_out_end end = {.root = p->tail.root,
                       .info = p->tail.info,
                       .first_id = p->tail.first_id,
                       .previous = p->tail.table,
                       .as_stream = p->tail.as_stream};
    q_code rc = Q_OK;

    if (p->options.archive)
        rc = write_catalog(p, info, p->tail.root_number, p->tail.root_generation, err);
    return rc ? rc : pdf_out__end(&p->out, &end, err);
}

q_code q_pdf_end(q_pdf *p, q_err *err)
{
    pdf_archive_info info = describe(p);
    q_code rc = Q_OK;

    if (p->font_named)
        rc = pdf_font__write(p->font, &p->out, p->font_number, err);
    if (!rc && p->own_tree)
        rc = write_tree(p, err);
    if (rc)
        return rc;
    if (!p->base)
        return end_new(p, &info, err);
    if (p->out.count == 0 && !p->options.archive)
        return Q_OK; /* nothing has changed: the file is as it was */
    return end_base(p, &info, err);
}
