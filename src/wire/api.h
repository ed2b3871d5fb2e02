/* wire/api.h - the APIs as tables, compiled from api/NAME.api.
 *
 * Everything here is constant data that the build generates, but for the
 * memo of a compiled pattern. Shapes are
 * shared by index-free pointers; a structure's members keep the file's order,
 * which is the order they are serialised in.
 */
#ifndef Q_WIRE_API_H
#define Q_WIRE_API_H

#include "base/value.h"
#include "net/http.h"

typedef enum q_protocol { Q_JSON_1_0, Q_JSON_1_1, Q_REST_JSON, Q_REST_XML, Q_QUERY } q_protocol;

typedef enum q_shape_kind {
    Q_SHAPE_STRUCTURE,
    Q_SHAPE_LIST,
    Q_SHAPE_MAP,
    Q_SHAPE_STRING,
    Q_SHAPE_BLOB,
    Q_SHAPE_INTEGER, /* 32 bits */
    Q_SHAPE_LONG,    /* 64 bits */
    Q_SHAPE_FLOAT,
    Q_SHAPE_DOUBLE,
    Q_SHAPE_BOOLEAN,
    Q_SHAPE_TIMESTAMP
} q_shape_kind;

typedef enum q_time_format {
    Q_TIME_DEFAULT,
    Q_TIME_EPOCH,
    Q_TIME_ISO8601,
    Q_TIME_RFC822
} q_time_format;

/* Where a member travels in REST protocols. */
typedef enum q_location {
    Q_IN_BODY,
    Q_IN_HEADER,
    Q_IN_HEADERS, /* a map; wire_name is the prefix */
    Q_IN_QUERY,
    Q_IN_URI,
    Q_IN_STATUS
} q_location;

typedef struct q_api_shape q_api_shape;

/* A regular expression that a whole value must match. It compiles when it is
 * first needed; any thread may be the first (wire/validate.c).
 */
typedef struct q_pattern {
    const char *text; /* as the public model has it, for messages */
    const char *pcre; /* as PCRE2 reads it */
    _Atomic(void *) compiled;
} q_pattern;

typedef struct q_member {
    q_str name;      /* as handlers know it */
    q_str wire_name; /* on the wire: element, header, query key, URI label */
    const q_api_shape *shape;
    q_location location;
    q_time_format time_format;
    bool required, payload, streaming, flattened, xml_attribute, jsonvalue;
} q_member;

struct q_api_shape {
    q_str name;
    q_shape_kind kind;
    const q_member *members; /* of a structure; of a list: 1 (member); of a map: 2 (key, value) */
    size_t member_count;
    const q_str *values; /* the enum, or NULL */
    size_t value_count;
    bool has_min, has_max;
    double min, max;    /* length in code points, bytes or items; or the number's range */
    q_pattern *pattern; /* or NULL */
    q_str root;         /* element around an XML reply, where it is not the name */
    q_time_format time_format;
    bool sensitive; /* a message does not repeat the value */
};

typedef struct q_api_error {
    q_str name; /* the shape's name */
    q_str code; /* what query and S3 send; the name where the model has no other */
    int status;
} q_api_error;

typedef struct q_api q_api;
typedef struct q_api_operation q_api_operation;

struct q_api_operation {
    const q_api *api;
    q_str name;
    q_str method; /* "POST" */
    q_str uri;   /* "/bot/{botName}/alias/{botAlias}/user/{userId}/text"; a last {Key+} is greedy */
    q_str query; /* fixed query of the URI: "uploads", "list-type=2"; may be empty */
    const q_api_shape *input, *output; /* structures; never NULL */
    q_str output_wrapper;              /* query: "GetCallerIdentityResult" */
    int status;                        /* of success */
    const q_api_error *const *errors;
    size_t error_count;
    bool anonymous;         /* needs no signature */
    bool unwrapped;         /* XML: the only member is the root element's own content */
    bool checksum_required; /* a body without Content-MD5 or x-amz-checksum-* is refused */
};

struct q_api {
    q_str name; /* "textract": the file's name */
    q_protocol protocol;
    q_str target;       /* X-Amz-Target prefix, JSON protocols */
    q_str signing_name; /* "textract" */
    q_str version;      /* "2018-06-27" */
    q_str xml_namespace;
    const q_api_error *validation_error; /* input breaks its constraints */
    const q_api_error *malformed_error;  /* input cannot be read */
    const q_api_error *unknown_error;    /* no such operation */
    const q_api_error *internal_error;   /* something went wrong in here */
    const q_api_operation *operations;
    size_t operation_count;
    const q_api_shape *shapes; /* all */
    size_t shape_count;
    const q_api_error *errors; /* all, the common ones included */
    size_t error_count;
    const q_str *subresources; /* query keys that make a request another operation */
    size_t subresource_count;
};

extern const q_api *const q_apis[]; /* generated; ends with NULL */

#endif
