/* A stranger's PDF is opened, or refused; each of its pages can be lengthened, and the whole
 * written anew.
 */
#include "document/pdf_base.h"

#include "document/pdf_archive.h"
#include "document/pdf_strip.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static void page(pdf_base *b, size_t index)
{
    pdf_base_change change = {.layer = 7, .font = 8, .parent = "1 0 R"};
    q_buf out = q_buf_init(NULL, 1 << 24);
    pdf_base_page p;

    if (pdf_base__page(b, index, &p, NULL) == Q_OK) {
        if (!(p.box[2] > p.box[0] && p.box[3] > p.box[1]) || p.rotate % 90 || p.rotate < 0 ||
            p.rotate > 270)
            abort();
        if (pdf_base__put_page(b, index, &p, &change, &out, NULL) == Q_OK && out.n < 4)
            abort();
    }
    q_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    q_arena *a = q_arena_new(1 << 24);
    pdf_base *b = NULL;
    pdf_base_tail tail;

    if (pdf_base__open((q_str){(const char *)data, size}, &b, NULL) == Q_OK) {
        if (pdf_base__page_count(b) == 0)
            abort();
        for (size_t i = 0; i < pdf_base__page_count(b) && i < 4; i++)
            page(b, i);
        if (pdf_base__tail(b, a, &tail, NULL) == Q_OK && tail.root_number == 0)
            abort();
        if (pdf_archive__check(b, NULL) == Q_OK && pdf_strip__file(b, NULL) == Q_OK &&
            pdf_base__rewrite(b, true, null, NULL) == Q_OK && pdf_base__page_count(b) == 0)
            abort();
    }
    pdf_base__close(b);
    q_arena_free(a);
    close(null);
    return 0;
}
