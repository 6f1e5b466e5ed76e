/*
 * TLS alerts (RFC 8446 6): by number, as the peer sends them; 0, which is
 * close_notify, stands for none. OpenSSL's own texts lack those of TLS 1.3.
 */
#ifndef SMTP_TLS_ALERT_H
#define SMTP_TLS_ALERT_H

#include <stdbool.h>

enum tls_alert {
	ALERT_NONE = 0,
	ALERT_UNEXPECTED_MESSAGE = 10,
	ALERT_BAD_RECORD_MAC = 20,
	ALERT_RECORD_OVERFLOW = 22,
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_NO_CERTIFICATE = 41,
	ALERT_BAD_CERTIFICATE = 42,
	ALERT_UNSUPPORTED_CERTIFICATE = 43,
	ALERT_CERTIFICATE_REVOKED = 44,
	ALERT_CERTIFICATE_EXPIRED = 45,
	ALERT_CERTIFICATE_UNKNOWN = 46,
	ALERT_ILLEGAL_PARAMETER = 47,
	ALERT_UNKNOWN_CA = 48,
	ALERT_ACCESS_DENIED = 49,
	ALERT_DECODE_ERROR = 50,
	ALERT_DECRYPT_ERROR = 51,
	ALERT_PROTOCOL_VERSION = 70,
	ALERT_INSUFFICIENT_SECURITY = 71,
	ALERT_INTERNAL_ERROR = 80,
	ALERT_INAPPROPRIATE_FALLBACK = 86,
	ALERT_MISSING_EXTENSION = 109,
	ALERT_UNSUPPORTED_EXTENSION = 110,
	ALERT_UNRECOGNIZED_NAME = 112,
	ALERT_CERTIFICATE_REQUIRED = 116,
	ALERT_NO_APPLICATION_PROTOCOL = 120,
};

/* An alert is one octet. */
#define TLS_ALERT_MAX 255

/* The alert that an OpenSSL error code is about; ALERT_NONE: it is none. */
unsigned int	 tls_alert_of_error(unsigned long code);

/* "handshake_failure", as the RFCs have it. Static; NULL: not known. */
const char	*tls_alert_name(unsigned int alert);

/*
 * Whether a server that has asked for the client's certificate, and got none,
 * says by this alert that it must have one. Before TLS 1.3 there was no alert
 * for that (RFC 5246 7.4.6: handshake_failure), and servers send what they have
 * about certificates.
 */
bool		 tls_alert_demands_certificate(unsigned int alert);

#endif
