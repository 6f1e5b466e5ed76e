#include "checker/judge/alert_meaning.h"

#include <stddef.h>

#include "smtp/tls_alert.h"

#define UPDATE \
	"update the server's TLS library, and look for a device on the way " \
	"that changes what is sent"

/*
 * RFC 8446 6.2 has what they say of TLS. Before a certificate of the server's
 * was seen, they are about the ClientHello.
 */
static const struct alert_meaning meanings[] = {
	{ ALERT_UNEXPECTED_MESSAGE, "it did not expect what it got", UPDATE,
	    false },
	{ ALERT_BAD_RECORD_MAC, "what it got is not what was sent", UPDATE,
	    false },
	{ ALERT_RECORD_OVERFLOW, "it takes what it got for too long", UPDATE,
	    false },
	{ ALERT_HANDSHAKE_FAILURE, "it accepts none of the cipher suites, "
	    "signature algorithms and groups that were offered, or has no "
	    "certificate to present",
	    "see that it has a certificate and the key of it, and cipher "
	    "suites and signature algorithms that today's senders have, too",
	    false },
	{ ALERT_ILLEGAL_PARAMETER, "it takes what was offered for wrong",
	    UPDATE, false },
	{ ALERT_ACCESS_DENIED, "it lets this client in to no TLS",
	    "look at whom the server's TLS configuration lets in", false },
	{ ALERT_DECODE_ERROR, "it cannot read what was offered",
	    UPDATE, false },
	{ ALERT_DECRYPT_ERROR, "a signature or a check of what both sides said "
	    "failed", UPDATE, false },
	{ ALERT_PROTOCOL_VERSION, "it accepts none of the TLS versions that "
	    "were offered, up to 1.3",
	    "enable TLS 1.2 and TLS 1.3 in the server", false },
	{ ALERT_INSUFFICIENT_SECURITY, "it wants stronger cipher suites than "
	    "were offered",
	    "enable cipher suites that today's senders have, too", false },
	{ ALERT_INTERNAL_ERROR, "something failed in the server itself, not in "
	    "what was offered",
	    "look at the server's log: often it cannot read its certificate or "
	    "key, or the two do not belong together", false },
	{ ALERT_MISSING_EXTENSION, "it wants an extension that was not offered",
	    UPDATE, false },
	{ ALERT_UNSUPPORTED_EXTENSION, "it complains of an extension that was "
	    "offered", UPDATE, false },
	{ ALERT_UNRECOGNIZED_NAME, "it does not know the server name (SNI) "
	    "that senders ask for, the TLSA base domain",
	    "have it present a fallback certificate to whoever asks for a name "
	    "that it does not know, as it must (RFC 7672 8.1), or configure "
	    "one for", true },
	{ ALERT_CERTIFICATE_REQUIRED, "it demands a certificate of its clients",
	    "have it accept clients without a certificate, as mail servers "
	    "are", false },
	{ ALERT_NO_APPLICATION_PROTOCOL, "it wants a protocol to be named "
	    "(ALPN), which is not done in SMTP",
	    "see that what answers is the mail server's own TLS, and no proxy "
	    "for the web", false },
};

const struct alert_meaning *
alert_meaning_find(unsigned int alert)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].alert == alert)
			return &meanings[i];
	}
	return NULL;
}
