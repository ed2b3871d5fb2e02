/* Whatever a model's file holds behind a right checksum, it is refused or can be used. */
#include "base/digest.h"
#include "language/classifier.h"
#include "language/dominant_find.h"
#include "language/sentiment_model.h"

#include <stdint.h>
#include <stdlib.h>

static const q_str text =
    Q_STR_INIT("The mill is closed. \xD0\x9C\xD0\xB8\xD1\x80 \xD8\xB3\xD9\x84");

/* Magic bytes, the checksum of the rest, the rest. */
static q_str sealed(const char *magic, q_str rest, q_arena *a)
{
    q_buf b = q_buf_init(a, (size_t)1 << 24);
    unsigned char sum[4];
    q_str out;

    if (!q_digest_of(Q_CRC32, rest, sum))
        abort();
    q_buf_puts(&b, magic);
    q_buf_put(&b, (q_str){(const char *)sum, sizeof sum});
    q_buf_put(&b, rest);
    if (q_buf_finish(&b, &out, NULL))
        abort();
    return out;
}

static void languages(q_str bytes, q_arena *a)
{
    dominant_model *m;
    q_dominant *v;
    size_t n;

    if (dominant__load(bytes, Q_STR("m"), &m, NULL))
        return;
    if (dominant__find(m, text, a, &v, &n, NULL))
        abort();
    dominant__free(m);
}

static void sentiment(q_str bytes, q_arena *a)
{
    sentiment_model *m;
    sentiment_span s;
    q_tokens t;

    if (sentiment__load(bytes, Q_STR("m"), &m, NULL))
        return;
    if (q_tokens_of(text, a, &t, NULL) || sentiment__span(m, &t, 0, t.n, a, &s, NULL))
        abort();
    sentiment__free(m);
}

static void classifier(q_str bytes, q_arena *a)
{
    q_classifier *c;
    float *p;

    if (q_classifier_load(bytes, Q_STR("m"), &c, NULL))
        return;
    p = q_arena_array(a, q_classifier_classes(c), sizeof *p);
    if (!p || q_classifier_run(c, text, a, p, NULL))
        abort();
    q_classifier_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_str rest = {(const char *)data, size};

    if (a && size < 1 << 20) {
        languages(sealed(DOMINANT_MAGIC, rest, a), a);
        sentiment(sealed(SENTIMENT_MAGIC, rest, a), a);
        classifier(sealed("QCLASS1\n", rest, a), a);
    }
    q_arena_free(a);
    return 0;
}
