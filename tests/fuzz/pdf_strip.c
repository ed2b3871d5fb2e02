/* Content streams lose hidden text and nothing else: what is left has none, and stays as it is. */
#include "document/pdf_strip.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_str content = {(const char *)data, size};
    q_buf once = q_buf_init(NULL, SIZE_MAX), twice = q_buf_init(NULL, SIZE_MAX);
    pdf_strip_found found = {false, false}, again = {false, false};

    pdf_strip__content(content, &once, &found);
    pdf_strip__content(q_buf_str(&once), &twice, &again);
    if (!found.hidden && !q_str_eq(q_buf_str(&once), content))
        abort();
    if (again.hidden || !q_str_eq(q_buf_str(&once), q_buf_str(&twice)))
        abort();
    q_buf_clear(&once);
    q_buf_clear(&twice);
    return 0;
}
