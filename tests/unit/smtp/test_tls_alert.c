#include <openssl/err.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/tls_alert.h"
#include "tests/unit/support/table.h"

static const struct row {
	const char	*name;
	unsigned long	 code;		/* of OpenSSL's */
	unsigned int	 alert;
} rows[] = {
	{ "handshake_failure",
	    ERR_PACK(ERR_LIB_SSL, 0, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE),
	    ALERT_HANDSHAKE_FAILURE },
	{ "protocol_version",
	    ERR_PACK(ERR_LIB_SSL, 0, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION),
	    ALERT_PROTOCOL_VERSION },
	{ "internal_error",
	    ERR_PACK(ERR_LIB_SSL, 0, SSL_R_TLSV1_ALERT_INTERNAL_ERROR),
	    ALERT_INTERNAL_ERROR },
	{ "unrecognized_name",
	    ERR_PACK(ERR_LIB_SSL, 0, SSL_R_TLSV1_UNRECOGNIZED_NAME),
	    ALERT_UNRECOGNIZED_NAME },
	{ "certificate_required", ERR_PACK(ERR_LIB_SSL, 0,
	    SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED),
	    ALERT_CERTIFICATE_REQUIRED },
	{ "our own fault", ERR_PACK(ERR_LIB_SSL, 0, SSL_R_WRONG_VERSION_NUMBER),
	    ALERT_NONE },
	{ "another library's", ERR_PACK(ERR_LIB_X509, 0,
	    SSL_R_TLSV1_ALERT_INTERNAL_ERROR), ALERT_NONE },
	{ "none", 0, ALERT_NONE },
};

static void
test_error(void **state)
{
	const struct row *row = *state;
	const unsigned int alert = tls_alert_of_error(row->code);

	assert_int_equal(alert, row->alert);
	if (alert == ALERT_NONE)
		assert_null(tls_alert_name(alert));
	else
		assert_string_equal(tls_alert_name(alert), row->name);
}

/* What servers of various libraries send who miss a client's certificate. */
static const struct demand_row {
	const char	*name;
	unsigned int	 alert;
	bool		 demands;
} demand_rows[] = {
	{ "TLS 1.3", ALERT_CERTIFICATE_REQUIRED, true },
	{ "OpenSSL, TLS 1.2", ALERT_HANDSHAKE_FAILURE, true },
	{ "Go, Java, TLS 1.2", ALERT_BAD_CERTIFICATE, true },
	{ "SSL 3", ALERT_NO_CERTIFICATE, true },
	{ "internal_error", ALERT_INTERNAL_ERROR, false },
	{ "unrecognized_name", ALERT_UNRECOGNIZED_NAME, false },
	{ "unknown", 200, false },
	{ "none", ALERT_NONE, false },
};

static void
test_demand(void **state)
{
	const struct demand_row *row = *state;

	assert_int_equal(tls_alert_demands_certificate(row->alert),
	    row->demands);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_error, rows),
		TABLE(test_demand, demand_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
