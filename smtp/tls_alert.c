#include "smtp/tls_alert.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stddef.h>

static const struct alert_row {
	enum tls_alert	 alert;
	const char	*name;
	bool		 demands;	/* a certificate of the client */
} alerts[] = {
	{ ALERT_UNEXPECTED_MESSAGE, "unexpected_message", false },
	{ ALERT_BAD_RECORD_MAC, "bad_record_mac", false },
	{ ALERT_RECORD_OVERFLOW, "record_overflow", false },
	{ ALERT_HANDSHAKE_FAILURE, "handshake_failure", true },
	{ ALERT_NO_CERTIFICATE, "no_certificate", true },
	{ ALERT_BAD_CERTIFICATE, "bad_certificate", true },
	{ ALERT_UNSUPPORTED_CERTIFICATE, "unsupported_certificate", true },
	{ ALERT_CERTIFICATE_REVOKED, "certificate_revoked", true },
	{ ALERT_CERTIFICATE_EXPIRED, "certificate_expired", true },
	{ ALERT_CERTIFICATE_UNKNOWN, "certificate_unknown", true },
	{ ALERT_ILLEGAL_PARAMETER, "illegal_parameter", false },
	{ ALERT_UNKNOWN_CA, "unknown_ca", true },
	{ ALERT_ACCESS_DENIED, "access_denied", true },
	{ ALERT_DECODE_ERROR, "decode_error", false },
	{ ALERT_DECRYPT_ERROR, "decrypt_error", false },
	{ ALERT_PROTOCOL_VERSION, "protocol_version", false },
	{ ALERT_INSUFFICIENT_SECURITY, "insufficient_security", false },
	{ ALERT_INTERNAL_ERROR, "internal_error", false },
	{ ALERT_INAPPROPRIATE_FALLBACK, "inappropriate_fallback", false },
	{ ALERT_MISSING_EXTENSION, "missing_extension", false },
	{ ALERT_UNSUPPORTED_EXTENSION, "unsupported_extension", false },
	{ ALERT_UNRECOGNIZED_NAME, "unrecognized_name", false },
	{ ALERT_CERTIFICATE_REQUIRED, "certificate_required", true },
	{ ALERT_NO_APPLICATION_PROTOCOL, "no_application_protocol", false },
};

static const struct alert_row *
find_alert(unsigned int alert)
{
	size_t i;

	for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		if (alerts[i].alert == alert)
			return &alerts[i];
	}
	return NULL;
}

unsigned int
tls_alert_of_error(unsigned long code)
{
	const int reason = ERR_GET_REASON(code);

	if (ERR_GET_LIB(code) != ERR_LIB_SSL ||
	    reason <= SSL_AD_REASON_OFFSET ||
	    reason > SSL_AD_REASON_OFFSET + TLS_ALERT_MAX)
		return ALERT_NONE;
	return (unsigned int)(reason - SSL_AD_REASON_OFFSET);
}

const char *
tls_alert_name(unsigned int alert)
{
	const struct alert_row *row = find_alert(alert);

	return row != NULL ? row->name : NULL;
}

bool
tls_alert_demands_certificate(unsigned int alert)
{
	const struct alert_row *row = find_alert(alert);

	return row != NULL && row->demands;
}
