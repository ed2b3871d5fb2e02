/* service/services.h - the services that this server answers, one for each
 * api/NAME.api: tables for the gateway.
 */
#ifndef Q_SERVICE_SERVICES_H
#define Q_SERVICE_SERVICES_H

#include "wire/call.h"

extern const q_service q_service_s3;
extern const q_service q_service_sts;
extern const q_service q_service_cognito_identity;
extern const q_service q_service_textract;
extern const q_service q_service_comprehend;
extern const q_service q_service_lex_models;
extern const q_service q_service_lex_runtime;
extern const q_service q_service_lexv2_runtime;
extern const q_service q_service_sagemaker;
extern const q_service q_service_sagemaker_runtime;
extern const q_service q_service_quern;

#endif
