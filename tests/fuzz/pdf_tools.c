/* What poppler's programs print about a stranger's file: pages keep their
 * promises whatever it is.
 */
#include "document/page_build.h"
#include "document/page_codec.h"
#include "document/pdf_content.h"
#include "document/pdf_info.h"
#include "document/pdf_text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_str text = {(const char *)data, size};
    q_buf b = q_buf_init(a, (size_t)1 << 25);
    page__words words = {.arena = a};
    q_page page = {.width_pt = 612, .height_pt = 792}, again;
    pdf_content content = {0};
    pdf_info info;

    pdf_content__pictures(text, 612, 792, &content);
    pdf_content__fonts(text, &content);
    if (!(content.picture >= 0 && content.picture <= 1))
        abort();
    if (pdf_info__parse(text, 1000, a, &info, NULL) == Q_OK && info.count > 1000)
        abort();
    if (pdf_text__parse(text, 612, 792, &words, NULL) || page__build(&words, a, &page, NULL))
        goto done;
    q_page_encode(&page, &b);
    if (!b.rc && q_page_decode(q_buf_str(&b), a, &again, NULL) == Q_INVALID)
        abort();
done:
    q_arena_free(a);
    return 0;
}
