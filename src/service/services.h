/* service/services.h - the services, for the gateway: one table each. */
#ifndef Q_SERVICE_SERVICES_H
#define Q_SERVICE_SERVICES_H

#include "wire/call.h"

extern const q_service q_service_textract;

#endif
