#include "service/texts.h"

#include "service/comprehend.h"

q_code q_text_reply(const q_language *l, q_text_feature feature, q_str text, q_value *out,
                    q_err *err)
{
    static const comprehend_feature *const FEATURES[] = {
        [Q_TEXT_ENTITIES] = &comprehend__entities,
        [Q_TEXT_KEY_PHRASES] = &comprehend__key_phrases,
        [Q_TEXT_LANGUAGES] = &comprehend__dominant_language,
        [Q_TEXT_SENTIMENT] = &comprehend__sentiment,
        [Q_TEXT_TARGETS] = &comprehend__targeted_sentiment,
        [Q_TEXT_PII] = &comprehend__pii,
    };
    q_app app = {.language = (q_language *)(uintptr_t)l}; /* only read */
    comprehend_ask ask = {.app = &app};

    return FEATURES[feature]->find(&ask, text, out, err);
}
