#include "wire/sign.h"

typedef struct sign_error {
    const char *name;
    int status;
} sign_error;

static sign_error error_s3(q_sign_form form, q_sign_fault fault)
{
    switch (fault) {
    case Q_SIGN_MALFORMED:
        if (form == Q_SIGN_QUERY)
            return (sign_error){"AuthorizationQueryParametersError", 400};
        if (form == Q_SIGN_V2_QUERY)
            return (sign_error){"AccessDenied", 403};
        return (sign_error){"AuthorizationHeaderMalformed", 400};
    case Q_SIGN_UNSUPPORTED:
        return (sign_error){"InvalidRequest", 400};
    case Q_SIGN_UNKNOWN_KEY:
        return (sign_error){"InvalidAccessKeyId", 403};
    case Q_SIGN_MISMATCH:
        return (sign_error){"SignatureDoesNotMatch", 403};
    case Q_SIGN_SKEWED:
        return (sign_error){"RequestTimeTooSkewed", 403};
    case Q_SIGN_BAD_TOKEN:
        return (sign_error){"InvalidToken", 400};
    case Q_SIGN_OLD_TOKEN:
        return (sign_error){"ExpiredToken", 400};
    default:
        return (sign_error){"AccessDenied", 403};
    }
}

static sign_error error_query(q_sign_fault fault)
{
    switch (fault) {
    case Q_SIGN_MISSING:
        return (sign_error){"MissingAuthenticationToken", 403};
    case Q_SIGN_MALFORMED:
    case Q_SIGN_UNSUPPORTED:
        return (sign_error){"IncompleteSignature", 400};
    case Q_SIGN_UNKNOWN_KEY:
    case Q_SIGN_BAD_TOKEN:
        return (sign_error){"InvalidClientTokenId", 403};
    case Q_SIGN_OLD_TOKEN:
        return (sign_error){"ExpiredToken", 403};
    case Q_SIGN_DENIED:
        return (sign_error){"AccessDenied", 403};
    default:
        return (sign_error){"SignatureDoesNotMatch", 403};
    }
}

/* JSON 1.0 and 1.1 answer 400, rest-json 403. */
static sign_error error_json(q_sign_fault fault, int refused)
{
    switch (fault) {
    case Q_SIGN_MISSING:
        return (sign_error){"MissingAuthenticationTokenException", refused};
    case Q_SIGN_MALFORMED:
    case Q_SIGN_UNSUPPORTED:
        return (sign_error){"IncompleteSignatureException", refused};
    case Q_SIGN_UNKNOWN_KEY:
    case Q_SIGN_BAD_TOKEN:
        return (sign_error){"UnrecognizedClientException", refused};
    case Q_SIGN_OLD_TOKEN:
        return (sign_error){"ExpiredTokenException", refused};
    case Q_SIGN_DENIED:
        return (sign_error){"AccessDeniedException", refused};
    default:
        return (sign_error){"InvalidSignatureException", refused};
    }
}

const char *q_sign_error(q_protocol protocol, q_sign_form form, q_sign_fault fault, int *status)
{
    sign_error e = {NULL, 0};

    switch (protocol) {
    case Q_REST_XML:
        e = error_s3(form, fault);
        break;
    case Q_QUERY:
        e = error_query(fault);
        break;
    case Q_JSON_1_0:
    case Q_JSON_1_1:
        e = error_json(fault, 400);
        break;
    case Q_REST_JSON:
        e = error_json(fault, 403);
        break;
    }
    *status = e.status;
    return e.name;
}
