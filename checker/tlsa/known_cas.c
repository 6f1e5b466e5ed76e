#include "checker/tlsa/known_cas.h"

#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/*
 * Let's Encrypt's CAs as of August 2026, from the certificates that it
 * publishes. One key may have had several certificates (cross-signatures).
 */
static const struct known_ca built_in[] = {
	{ "DST Root CA X3", KNOWN_CA_RETIRED,
	    "563b3caf8cfef34c2335caf560a7a95906e8488462eb75ac59784830df9e5b2b",
	    {
	    "0687260331a72403d909f105e69bcf0d32e1bd2493ffc6d9206d11bcd6770739",
	    } },
	{ "Let's Encrypt E1", KNOWN_CA_RETIRED,
	    "276fe8a8c4ec7611565bf9fce6dcace9be320c1b5bea27596b2204071ed04f10",
	    {
	    "46494e30379059df18be52124305e606fc59070e5b21076ce113954b60517cda",
	    } },
	{ "Let's Encrypt E2", KNOWN_CA_RETIRED,
	    "bd936e72b212ef6f773102c6b77d38f94297322efc25396bc3279422e0c89270",
	    {
	    "bacde0463053ce1d62f8be74370bbae79d4fcaf19fc07643aef195e6a59bd578",
	    } },
	{ "Let's Encrypt E5", KNOWN_CA_RETIRED,
	    "3586d4ecf070578cbd27aedce20b964e48bc149faeb9dad72f46b857869172b8",
	    {
	    "5dfdb3cf31b26f23d87c09f3a0cef642f64069a9fb7cfe29270bb5dc0f1e16bb",
	    "e788d14b0436b5120bbee3f15c15badf08c1407fe72568a4f16f9151c380e1e3",
	    } },
	{ "Let's Encrypt E6", KNOWN_CA_RETIRED,
	    "d016e1fe311948aca64f2de44ce86c9a51ca041df6103bb52a88eb3f761f57d7",
	    {
	    "065ab7d2a050f947587121765d8d070c0e1330d5798faa42c2072749ed293762",
	    "76e9e288aafc0e37f4390cbf946aad997d5c1c901b3ce513d3d8fadbabe2ab85",
	    } },
	{ "Let's Encrypt E7", KNOWN_CA_RETIRED,
	    "cbbc559b44d524d6a132bdac672744da3407f12aae5d5f722c5f6c7913871c75",
	    {
	    "54715420224c5b65beed018dc3940d7338c577e322d5488f633d8c6a8fed61b2",
	    "aeb1fd7410e83bc96f5da3c6a7c2c1bb836d1fa5cb86e708515890e428a8770b",
	    } },
	{ "Let's Encrypt E8", KNOWN_CA_RETIRED,
	    "885bf0572252c6741dc9a52f5044487fef2a93b811cdedfad7624cc283b7cdd5",
	    {
	    "83624fd338c8d9b023c18a67cb7a9c0519da43d11775b4c6cbdad45c3d997c52",
	    "ac1274542267f17b525535b5563bf731febb182533b46a82dc869cb64eb528c0",
	    } },
	{ "Let's Encrypt E9", KNOWN_CA_RETIRED,
	    "f1440a9b76e1e41e53a4cb461329bf6337b419726be513e42e19f1c691c5d4b2",
	    {
	    "4185df97806c2ba76f1d79823f112ffa639a49ccdc990908102067ab6412b886",
	    "fde88f2d4f8913d3dc1664d5f8de51e07fe2abfed93b45acad5a29bfebaa23fb",
	    } },
	{ "ISRG Root X1", KNOWN_CA_ROOT,
	    "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3",
	    {
	    "6d99fb265eb1c5b3744765fcbc648f3cd8e1bffafdc4c2f99b9d47cf7ff1c24f",
	    "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
	    } },
	{ "ISRG Root X2", KNOWN_CA_ROOT,
	    "762195c225586ee6c0237456e2107dc54f1efc21f61a792ebd515913cce68332",
	    {
	    "8b05b68cc659e5ed0fcb38f2c942fbfd200e6f2ff9f85d63c6994ef5e0b02701",
	    "ee5f7abd6981bb0255632cd8f49283451b4b18844d12040b44ee00f07b8fe2c6",
	    "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470",
	    } },
	{ "Let's Encrypt Authority X1 / Let's Encrypt Authority X3",
	    KNOWN_CA_RETIRED,
	    "60b87575447dcba2a36b7d11ac09fb24a9db406fee12d2cc90180517616e8a18",
	    {
	    "bdee0d7c8f9c278f14ea9b6a4f90ed665a9f56db0a56b1cdda6765912f398a5e",
	    "7fdce3bf4103c2684b3adbb5792884bd45c75094c217788863950346f79c90a3",
	    "25847d668eb4f04fdd40b12b6b0740c567da7d024308eb6c2c96fe41d9de218d",
	    "731d3d9cfaa061487a1d71445a42f67df0afca2a6c2d2f98ff7b3ce112b1f568",
	    } },
	{ "Let's Encrypt Authority X2 / Let's Encrypt Authority X4",
	    KNOWN_CA_RETIRED,
	    "b111dd8a1c2091a89bd4fd60c57f0716cce50feeff8137cdbee0326e02cf362b",
	    {
	    "e4eb54a7ffa552ef64d8e1ae338b69be909c29e6af57170a2f6f44df225e5a14",
	    "ec0c6ca496a67a13342fec5221f68d4b3e53b1bc22f6e4bccc9c68f0415cdea4",
	    "a74b0c32b65b95fe2c4f8f098947a68b695033bed0b51dd8b984ecae89571bb6",
	    "5de9152bed31fa0515dd1fc746133f1327562ef72a84cf2d2403e748a604d0d4",
	    } },
	{ "Let's Encrypt R10", KNOWN_CA_RETIRED,
	    "2bbad93ab5c79279ec121507f272cbe0c6647a3aae52e22f388afab426b4adba",
	    {
	    "9d7c3f1aa6ad2b2ec0d5cf1e246f8d9ae6cbc9fd0755ad37bb974b1f2fb603f3",
	    } },
	{ "Let's Encrypt R11", KNOWN_CA_RETIRED,
	    "6ddac18698f7f1f7e1c69b9bce420d974ac6f94ca8b2c761701623f99c767dc7",
	    {
	    "591e9ce6c863d3a079e9fabe1478c7339a26b21269dde795211361024ae31a44",
	    } },
	{ "Let's Encrypt R12", KNOWN_CA_RETIRED,
	    "919c0df7a787b597ed056ace654b1de9c0387acf349f73734a4fd7b58cf612a4",
	    {
	    "131fce7784016899a5a00203a9efc80f18ebbd75580717edc1553580930836ec",
	    } },
	{ "Let's Encrypt R13", KNOWN_CA_RETIRED,
	    "025490860b498ab73c6a12f27a49ad5fe230fafe3ac8f6112c9b7d0aad46941d",
	    {
	    "d3b128216a843f8ef1321501f5df52a5df52939ee2c19297712cd3de4d419354",
	    } },
	{ "Let's Encrypt R14", KNOWN_CA_RETIRED,
	    "f1647a5ee3efac54c892e930584fe47979b7acd1c76c1271bca1c5076d869888",
	    {
	    "24d45aa9b8d6053d281f3842c8cc0c6c1af7ccdfd42dd5c12f6a74fa9323f7a2",
	    } },
	{ "Let's Encrypt R3", KNOWN_CA_RETIRED,
	    "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d",
	    {
	    "730c1bdcd85f57ce5dc0bba733e5f1ba5a925b2a771d640a26f7a454224dad3b",
	    "67add1166b020ae61b8f5fc96813c04c2aa589960796865572a3c7e737613dfd",
	    } },
	{ "Let's Encrypt R4", KNOWN_CA_RETIRED,
	    "e5545e211347241891c554a03934cde9b749664a59d26d615fe58f77990f2d03",
	    {
	    "5a8f16fda448d783481cca57a2428d174dad8c60943ceb28f661ae31fd39a5fa",
	    "1a07529a8b3f01d231dfad2abdf71899200bb65cd7e03c59fa82272533355b74",
	    } },
	{ "ISRG Root YE", KNOWN_CA_ROOT,
	    "b0292ae545978e0fbb98abbd94c861605e5b18bb32ed523f50d5b7b5c71d47bc",
	    {
	    "0fc0901cca2bae9e9fdbb02d50d02f1094f7b36672086991b9e897626dc485f0",
	    "e14ffcad5b0025731006caa43a121a22d8e9700f4fb9cf852f02a708aa5d5666",
	    } },
	{ "ISRG Root YR", KNOWN_CA_ROOT,
	    "7e4e8838a8add6295de7ae3b047d3aba3488ab95db0a0aa56d897a00d8618bcf",
	    {
	    "072639d0b140d5bffae16ad9c3f6cc6086040621f51ee61a6d46a8915c07cf76",
	    "e57b7e6f150c419102e8d5c055729ff967b9d1a829bf00cec89ca604ebf4a86f",
	    } },
	{ "Let's Encrypt YE1", KNOWN_CA_ACTIVE,
	    "6ebcefb4210b088654a38b03fea3d7d1c711b4fb1ddc363a45f9b1a4e53da01e",
	    {
	    "a2372d06431e9716365eeed47ec020351497d182fcc038e457e58168a03cac07",
	    } },
	{ "Let's Encrypt YE2", KNOWN_CA_ACTIVE,
	    "b3fb5d00e994cddf2cc9a4eea9f806bc5727e83cc0e4299bf956f2d524fe5376",
	    {
	    "97658de8c68dfa98ace1e5028a63d54a1aae911b3e21471076c6850cd08cbab4",
	    } },
	{ "Let's Encrypt YE3", KNOWN_CA_BACKUP,
	    "a698a20824be04e47a1a33c4fa488731be92011f23a31e900e2ca26c9c2acfce",
	    {
	    "82bcfc482cc19f71e6f98f4a027616ebda6d47096d408b336160d1c0ef8b995a",
	    } },
	{ "Let's Encrypt YR1", KNOWN_CA_ACTIVE,
	    "2e8307068b6db620e4a39d068b5dee5d6ef5788cbb2c0b6d23ead84fcc17178c",
	    {
	    "13949634d99cd6fd6aa80bc034fefacceb1969feef986586713ecdbb05758d3f",
	    } },
	{ "Let's Encrypt YR2", KNOWN_CA_ACTIVE,
	    "9d637b3d27a9e570d07607b9ccadb80a70915c7af72afce12841b1b1da825fd1",
	    {
	    "238b85a0099c65b970477d5724f1a1d475ce5058cffe4efa8733899bdb863c47",
	    } },
	{ "Let's Encrypt YR3", KNOWN_CA_BACKUP,
	    "51aaa87d984b559ac69e929f888a022d832e089ff4dba0a412b5101bca4bc799",
	    {
	    "35500cb63b8d9769528d65d87220f51c069807a595acbf2fb6eca38fbe0a4bd2",
	    } },
};

#define BUILT_IN_COUNT (sizeof(built_in) / sizeof(built_in[0]))

/* Whether hexadecimal digits stand for these octets. */
static bool
is_digest(const char *digits, const uint8_t *octets, size_t size)
{
	size_t i;

	if (strlen(digits) != 2 * size)
		return false;
	for (i = 0; i < size; i++) {
		if (text_digit(digits[2 * i]) * 16 +
		    text_digit(digits[2 * i + 1]) != octets[i])
			return false;
	}
	return true;
}

/* Whether the digest is of the CA's key, or else of one of its certificates. */
static bool
is_of(const struct known_ca *ca, const uint8_t *digest, size_t size,
    bool of_key)
{
	size_t i;

	if (of_key)
		return is_digest(ca->spki_sha256, digest, size);
	for (i = 0; i < KNOWN_CA_CERTIFICATES_MAX &&
	    ca->cert_sha256[i] != NULL; i++) {
		if (is_digest(ca->cert_sha256[i], digest, size))
			return true;
	}
	return false;
}

/* Whether the user's file describes the key of a CA that is built in. */
static bool
is_replaced(const struct known_cas *known_cas, const struct known_ca *ca)
{
	size_t i;

	for (i = 0; known_cas != NULL && i < known_cas->count; i++) {
		if (strcmp(known_cas->items[i].spki_sha256,
		    ca->spki_sha256) == 0)
			return true;
	}
	return false;
}

static const struct known_ca *
find(const struct known_cas *known_cas, const uint8_t *digest, size_t size,
    bool of_key)
{
	const struct known_ca *ca;
	size_t i;

	for (i = 0; known_cas != NULL && i < known_cas->count; i++) {
		ca = &known_cas->items[i];
		if (is_of(ca, digest, size, of_key))
			return ca;
	}
	for (ca = built_in; ca < built_in + BUILT_IN_COUNT; ca++) {
		if (is_of(ca, digest, size, of_key) &&
		    !is_replaced(known_cas, ca))
			return ca;
	}
	return NULL;
}

const struct known_ca *
known_cas_find_key(const struct known_cas *known_cas,
    const uint8_t *spki_sha256, size_t size)
{
	return find(known_cas, spki_sha256, size, true);
}

const struct known_ca *
known_cas_find(const struct known_cas *known_cas, const struct tlsa *record)
{
	if (record->matching_type != TLSA_SHA2_256)
		return NULL;
	return find(known_cas, record->data, record->size,
	    record->selector == TLSA_SPKI);
}

bool
known_cas_is_subject(const struct known_ca *ca,
    const struct distinguished_name *subject)
{
	const char *space;
	char *organization;
	bool is;

	is = chain_name_has(subject, CHAIN_COMMON_NAME, ca->name);
	/* "Let's Encrypt YE1": wherever the organization ends. */
	for (space = ca->name; !is &&
	    (space = strchr(space, ' ')) != NULL; space++) {
		organization = memory_copy(ca->name,
		    (size_t)(space - ca->name));
		is = chain_name_has(subject, CHAIN_ORGANIZATION,
		    organization) && chain_name_has(subject,
		    CHAIN_COMMON_NAME, space + 1);
		free(organization);
	}
	return is;
}

/* Whether two CAs are named alike but for the number: "YE1", "YE2". */
static bool
is_sibling(const struct known_ca *a, const struct known_ca *b)
{
	size_t length = strcspn(a->name, "0123456789");

	return strncmp(a->name, b->name, length) == 0 &&
	    strcspn(b->name, "0123456789") == length;
}

static bool
is_in_rotation(const struct known_ca *ca, const struct known_ca *other)
{
	return other->state == KNOWN_CA_ACTIVE && is_sibling(ca, other);
}

const struct known_ca *
known_cas_rotation(const struct known_cas *known_cas,
    const struct known_ca *ca, size_t i)
{
	const struct known_ca *other;
	size_t n;

	for (n = 0; known_cas != NULL && n < known_cas->count; n++) {
		other = &known_cas->items[n];
		if (is_in_rotation(ca, other) && i-- == 0)
			return other;
	}
	for (other = built_in; other < built_in + BUILT_IN_COUNT; other++) {
		if (is_in_rotation(ca, other) &&
		    !is_replaced(known_cas, other) && i-- == 0)
			return other;
	}
	return NULL;
}
