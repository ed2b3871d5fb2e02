#include "document/pdf_parts.h"

#include "document/image.h"
#include "document/pdf_archive.h"
#include "document/pdf_image.h"
#include "document/pdf_layer.h"
#include "document/pdf_strip.h"
#include "document/sniff.h"

#include <inttypes.h>
#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const uint64_t largest_output = (uint64_t)1 << 30; /* what a worker may write to a file */

enum { ARENA = 64 << 20 };

static void unmap(q_str file)
{
    if (file.n)
        munmap((void *)(uintptr_t)file.p, file.n);
}

q_code q_pdf_new(const q_pdf_options *options, const q_document_limits *limits, q_pdf **out,
                 q_err *err)
{
    q_pdf *p = calloc(1, sizeof *p);
    q_code rc;

    if (!p)
        return q_err_nomem(err);
    p->options = *options;
    p->limits = *limits;
    p->arena = q_arena_new(ARENA);
    rc = p->arena ? pdf_font__new(&p->font, err) : q_err_nomem(err);
    if (rc) {
        q_pdf_free(p);
        return rc;
    }
    *out = p;
    return Q_OK;
}

static void input_clear(pdf_input *in)
{
    pdf_base__close(in->base);
    pdf__close(in->seen);
    unmap(in->file);
}

void q_pdf_free(q_pdf *p)
{
    if (!p)
        return;
    pdf_base__close(p->scratch_base);
    unmap(p->scratch);
    for (size_t i = 0; i < p->input_count; i++)
        input_clear(&p->inputs[i]);
    pdf_out__clear(&p->out);
    pdf_font__free(p->font);
    q_arena_free(p->arena);
    free(p->inputs);
    free(p->kids);
    free(p);
}

/* ---- inputs ---------------------------------------------------------------- */

static q_code map(int fd, size_t max_bytes, q_str *out, q_err *err)
{
    struct stat st;
    void *bytes;

    if (fstat(fd, &st))
        return q_err_errno(err, "look at the file");
    if (st.st_size <= 0)
        return q_err_set(err, Q_INVALID, "the file is empty");
    if ((uint64_t)st.st_size > max_bytes)
        return q_err_set(err, Q_LIMIT, "the file has %" PRIu64 " bytes; at most %zu are read",
                         (uint64_t)st.st_size, max_bytes);
    bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return q_err_errno(err, "map the file");
    *out = (q_str){bytes, (size_t)st.st_size};
    return Q_OK;
}

static q_code open_pdf(q_pdf *p, pdf_input *in, q_err *err)
{
    q_code rc = pdf__open(-1, in->file, &p->limits, &in->seen, err);

    if (!rc)
        rc = pdf_base__open(in->file, &in->base, err);
    if (rc)
        return rc;
    in->pages = pdf_base__page_count(in->base);
    if (in->pages != pdf__page_count(in->seen))
        return q_err_set(err, Q_INVALID, "the PDF declares %zu pages, but has %zu",
                         pdf__page_count(in->seen), in->pages);
    return p->options.archive && !p->options.force ? pdf_archive__check(in->base, err) : Q_OK;
}

q_code q_pdf_add(q_pdf *p, int fd, size_t *pages, bool *is_pdf, q_err *err)
{
    pdf_input in = {.pages = 0};
    q_code rc = map(fd, p->limits.max_bytes, &in.file, err);

    if (!rc)
        rc = sniff__format(q_str_sub(in.file, 0, SNIFF_BYTES), &in.format, err);
    if (!rc && in.format == Q_FORMAT_PDF)
        rc = open_pdf(p, &in, err);
    else if (!rc)
        rc = image__check(in.file, in.format, &p->limits, &in.pages, err);
    if (!rc && q_heap_grow(&p->inputs, &p->input_cap, p->input_count + 1, sizeof *p->inputs))
        rc = q_err_nomem(err);
    if (rc) {
        input_clear(&in);
        return rc;
    }
    p->inputs[p->input_count++] = in;
    *pages = in.pages;
    *is_pdf = in.format == Q_FORMAT_PDF;
    return Q_OK;
}

q_code q_pdf_has_text(q_pdf *p, bool *has, q_err *err)
{
    pdf_input *in = &p->inputs[p->input_count - 1];
    q_code rc = Q_OK;

    for (size_t i = 0; i < in->pages; i++)
        has[i] = false;
    if (in->seen)
        rc = pdf__has_text(in->seen, has, in->pages, err);
    pdf__close(in->seen);
    in->seen = NULL;
    return rc;
}

/* ---- what is lengthened ------------------------------------------------------- */

/* All PDFs in one: joined to the first. */
static q_code join(q_pdf *p, pdf_base **out, q_err *err)
{
    pdf_base *first = NULL;
    q_code rc = Q_OK;

    for (size_t i = 0; i < p->input_count && !rc; i++) {
        if (p->inputs[i].base && first)
            rc = pdf_base__join(first, p->inputs[i].base, err);
        else if (p->inputs[i].base)
            first = p->inputs[i].base;
    }
    *out = first;
    return rc;
}

static q_code rewrite(q_pdf *p, int scratch, q_err *err)
{
    pdf_base *base = NULL;
    q_code rc = Q_OK;

    for (size_t i = 0; i < p->input_count && !rc && p->options.redo; i++)
        if (p->inputs[i].base)
            rc = pdf_strip__file(p->inputs[i].base, err);
    if (!rc)
        rc = join(p, &base, err);
    if (!rc)
        rc = pdf_base__rewrite(base, p->options.archive, scratch, err);
    for (size_t i = 0; i < p->input_count; i++) { /* not needed any more */
        pdf_base__close(p->inputs[i].base);
        p->inputs[i].base = NULL;
    }
    if (!rc)
        rc = map(scratch, SIZE_MAX, &p->scratch, err);
    if (!rc)
        rc = pdf_base__open(p->scratch, &p->scratch_base, err);
    p->base = p->scratch_base;
    return rc;
}

q_code q_pdf_prepare(q_pdf *p, int scratch, bool *used, q_err *err)
{
    const pdf_input *only = p->input_count == 1 ? &p->inputs[0] : NULL;
    bool any = false;

    *used = false;
    p->own_tree = true;
    for (size_t i = 0; i < p->input_count; i++)
        any |= p->inputs[i].base != NULL;
    if (!any || p->options.force)
        return Q_OK;
    p->own_tree = only == NULL;
    if (only && pdf_base__is_sound(only->base) && !p->options.redo && !p->options.archive) {
        p->base = only->base;
        return Q_OK;
    }
    *used = true;
    return rewrite(p, scratch, err);
}

static q_code begin_on_base(q_pdf *p, q_err *err)
{
    const pdf_input *first = &p->inputs[0];
    q_str file = p->scratch.n ? p->scratch : first->file;
    q_code rc = pdf_base__tail(p->base, p->arena, &p->tail, err);

    if (!rc)
        rc = pdf_out__raw(&p->out, file, err);
    if (!rc && !q_str_ends(file, Q_STR("\n")))
        rc = pdf_out__raw(&p->out, Q_STR("\n"), err);
    p->out.next = p->tail.size;
    p->tree_number = p->tail.pages_number;
    return rc;
}

q_code q_pdf_begin(q_pdf *p, int out, q_err *err)
{
    q_code rc = pdf_out__init(&p->out, out, largest_output, err);

    if (!rc && p->base)
        rc = begin_on_base(p, err);
    else if (!rc) /* the second line says that there are bytes that are no text */
        rc = pdf_out__raw(&p->out, Q_STR("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), err);
    p->font_number = pdf_out__reserve(&p->out);
    if (!p->base)
        p->tree_number = pdf_out__reserve(&p->out);
    return rc;
}

/* ---- pages ----------------------------------------------------------------- */

/* What becomes of a page that may stand turned or askew. */
typedef struct setting {
    pdf_affine place; /* from the upright page to user space */
    pdf_affine level; /* what the page's content goes through */
    bool is_level;    /* which is not nothing */
    int rotate;
} setting;

static setting set_page(const q_pdf *p, const q_page *page, const double box[4], int shown_rotate,
                        int rotate)
{
    setting s = {.level = pdf_affine_identity, .rotate = rotate};
    double quarter = 90 * round(page->turn / 90), skew = page->turn - quarter;

    s.place = pdf_affine__then(pdf_layer__upright(page), pdf_layer__shown(box, shown_rotate));
    if (p->options.deskew && skew != 0) {
        s.is_level = true;
        s.level = pdf_affine__turn(skew, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
        s.place = pdf_affine__then(s.place, s.level);
    }
    if (p->options.rotate && page->word_count)
        s.rotate = (shown_rotate - (int)quarter + 720) % 360;
    return s;
}

/* Words first, so that they lie under the picture and need nothing that it leaves behind. */
static q_code put_layer(q_pdf *p, const q_page *page, const setting *s, const char *font,
                        q_buf *out, q_err *err)
{
    q_code rc = pdf_layer__text(page, s->place, font, p->font, out, err);

    if (s->is_level)
        q_buf_printf(out, "%.6f %.6f %.6f %.6f %.4f %.4f cm\n", s->level.a, s->level.b, s->level.c,
                     s->level.d, s->level.e, s->level.f);
    return rc;
}

static q_code kid_add(q_pdf *p, uint32_t number, uint16_t generation, q_err *err)
{
    if (!p->own_tree)
        return Q_OK;
    if (q_heap_grow(&p->kids, &p->kid_cap, p->kid_count + 1, sizeof *p->kids))
        return q_err_nomem(err);
    p->kids[p->kid_count++] = (pdf_kid){number, generation};
    return Q_OK;
}

static q_code write_stream(q_pdf *p, uint32_t number, q_buf *content, q_err *err)
{
    q_str data;
    q_code rc = q_buf_finish(content, &data, err);

    return rc ? rc : pdf_out__deflated(&p->out, number, Q_STR(""), data, err);
}

static q_code write_base_page(q_pdf *p, const q_page *page, q_err *err)
{
    q_buf content = q_buf_init(NULL, SIZE_MAX), body = q_buf_init(NULL, SIZE_MAX);
    size_t index = p->base_page++;
    pdf_base_change change = {.layer = 0};
    q_page none = {.words = NULL};
    pdf_base_page there;
    setting s;
    q_str text;
    q_code rc = pdf_base__page(p->base, index, &there, err);

    if (!rc)
        rc = kid_add(p, there.number, there.generation, err);
    if (rc)
        goto done;
    s = set_page(p, page ? page : &none, there.box, there.rotate, there.rotate);
    change.rotate = s.rotate;
    if (page)
        rc = put_layer(p, page, &s, there.font, &content, err);
    if (!rc && content.n) {
        change.layer = pdf_out__reserve(&p->out);
        change.font = p->font_number;
        p->font_named = true;
        rc = write_stream(p, change.layer, &content, err);
    }
    if (p->own_tree)
        change.parent = p->tail.pages.p;
    if (rc || (!change.layer && !change.parent && change.rotate == there.rotate))
        goto done;
    rc = pdf_base__put_page(p->base, index, &there, &change, &body, err);
    if (!rc)
        rc = q_buf_finish(&body, &text, err);
    if (!rc)
        rc = pdf_out__object(&p->out, there.number, there.generation, text, err);
done:
    q_buf_clear(&content);
    q_buf_clear(&body);
    return rc;
}

/* A page that shows a picture, whose objects are written. */
static q_code write_picture_page(q_pdf *p, pdf_image *image, const q_page *page, q_err *err)
{
    const double box[4] = {0, 0, image->width_pt, image->height_pt};
    uint32_t content_number = pdf_out__reserve(&p->out), number = pdf_out__reserve(&p->out);
    q_buf content = q_buf_init(NULL, SIZE_MAX), body = q_buf_init(NULL, SIZE_MAX);
    q_page none = {.words = NULL};
    setting s = set_page(p, page ? page : &none, box, 0, image->rotate);
    q_str text;
    q_code rc = page ? put_layer(p, page, &s, "QuernText", &content, err) : Q_OK;

    q_buf_put(&content, q_buf_str(&image->content));
    if (!rc && image->content.rc)
        rc = q_err_nomem(err);
    if (!rc)
        rc = write_stream(p, content_number, &content, err);
    q_buf_printf(&body,
                 "<</Type/Page/Parent %" PRIu32 " 0 R/MediaBox[0 0 %.4f %.4f]/Rotate %d"
                 "/Contents %" PRIu32 " 0 R/Resources<<",
                 p->tree_number, image->width_pt, image->height_pt, s.rotate, content_number);
    p->font_named |= page && page->word_count;
    if (page && page->word_count)
        q_buf_printf(&body, "/Font<</QuernText %" PRIu32 " 0 R>>", p->font_number);
    q_buf_puts(&body, "/XObject<<");
    q_buf_put(&body, q_buf_str(&image->xobjects));
    q_buf_puts(&body, ">>>>>>");
    if (!rc)
        rc = q_buf_finish(&body, &text, err);
    if (!rc)
        rc = pdf_out__object(&p->out, number, 0, text, err);
    if (!rc)
        rc = kid_add(p, number, 0, err);
    q_buf_clear(&content);
    q_buf_clear(&body);
    return rc;
}

static q_code write_drawn(q_pdf *p, pdf_input *in, pdf_image *image, q_err *err)
{
    double width = 0, height = 0;
    PIX *pix = NULL;
    q_code rc = in->seen ? Q_OK : pdf__open(-1, in->file, &p->limits, &in->seen, err);

    if (!rc)
        rc = pdf__page_size(in->seen, p->page, &width, &height, err);
    if (!rc)
        rc = pdf__draw(in->seen, p->page, &pix, err);
    if (!rc)
        rc = pdf_image__write_drawn(pix, width, height, &p->out, image, err);
    pixDestroy(&pix);
    return rc;
}

/* The input of the next page; NULL when there is none. One that is done with is let go. */
static pdf_input *input_next(q_pdf *p)
{
    while (p->input < p->input_count && p->page == p->inputs[p->input].pages) {
        pdf__close(p->inputs[p->input].seen);
        p->inputs[p->input].seen = NULL;
        p->input++;
        p->page = 0;
    }
    return p->input < p->input_count ? &p->inputs[p->input] : NULL;
}

q_code q_pdf_page(q_pdf *p, const q_page *page, q_err *err)
{
    pdf_image image = {.rotate = 0};
    pdf_input *in = input_next(p);
    q_code rc;

    if (!in)
        return q_err_set(err, Q_INTERNAL, "there are no further pages");
    if (in->format == Q_FORMAT_PDF && p->base) {
        rc = write_base_page(p, page, err);
    } else {
        rc = in->format == Q_FORMAT_PDF
                 ? write_drawn(p, in, &image, err)
                 : pdf_image__write(in->file, in->format, p->page, &p->out, &image, err);
        if (!rc && image.needs_ink && p->options.archive)
            rc = q_err_set(err, Q_UNSUPPORTED,
                           "a picture in four inks without a profile cannot be in PDF/A");
        if (!rc)
            rc = write_picture_page(p, &image, page, err);
        pdf_image__clear(&image);
    }
    p->page++;
    return rc;
}
