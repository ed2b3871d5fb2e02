/* service/texts.h - what Comprehend's operations answer for one text, for those who ask without a
 * server.
 */
#ifndef Q_SERVICE_TEXTS_H
#define Q_SERVICE_TEXTS_H

#include "base/value.h"
#include "language/models.h"

typedef enum q_text_feature {
    Q_TEXT_ENTITIES,    /* DetectEntities */
    Q_TEXT_KEY_PHRASES, /* DetectKeyPhrases */
    Q_TEXT_LANGUAGES,   /* DetectDominantLanguage */
    Q_TEXT_SENTIMENT,   /* DetectSentiment */
    Q_TEXT_TARGETS,     /* DetectTargetedSentiment */
    Q_TEXT_PII          /* DetectPiiEntities */
} q_text_feature;

/* The reply's members into the map `out`. Fails with Q_NOMEM, Q_LIMIT, Q_INVALID (a damaged model).
 */
Q_MUST_USE q_code q_text_reply(const q_language *l, q_text_feature feature, q_str text,
                               q_value *out, q_err *err);

#endif
