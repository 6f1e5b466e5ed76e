/*
 * What the programs do their work with, set up from the settings: one event
 * loop, one resolver, one dialer and one probe cache for all audits of a run,
 * and the rules by which they are judged.
 */
#ifndef CHECKER_RUN_ENGINE_H
#define CHECKER_RUN_ENGINE_H

#include <stdbool.h>

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "checker/judge/diagnose.h"
#include "checker/judge/judge.h"
#include "checker/run/descriptors.h"
#include "checker/run/settings.h"
#include "checker/tlsa/known_cas.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"

struct evidence;
struct sources;
struct state;
struct user_files;

/*
 * The options are the settings', completed by what is loaded from files and
 * found out at start.
 */
struct engine {
	struct context		  context;	/* its parts are owned here */
	struct gather_options	  gather;
	struct resolver_options	  resolver;
	struct sources		 *sources;	/* owned; --source */
	struct resolver_options	  root_resolver; /* beside --resolver */
	struct address		 *forwarders;	/* owned; --resolver */
	struct judge_options	  judge;
	struct tool_evidence	  tool;
	char			 *machine_name;	/* owned; NULL: see --helo */
	struct chain		**chains;	/* owned; --chain */
	struct ca_lookup	  ca_lookup;	/* its argument is owned */
	struct known_cas	  known_cas;	/* --issuers */
	struct keyfile		 *next;		/* owned; --next */
	struct state		 *state;	/* owned; --state, or NULL */
};

/* What is to be done, as far as it needs descriptors. */
enum descriptors_work engine_work(const struct settings *settings);

/*
 * FILES are those of SETTINGS: the engine opens none itself. It has no thread
 * yet, and has asked nothing: this is the time for the process to give up its
 * rights. All is borrowed until the engine is closed; TRACE may be NULL. False:
 * *WHY (owned by the caller, printable) says which setting or file is wrong.
 */
bool	engine_open(struct engine *engine, const struct settings *settings,
	    const struct user_files *files, const struct trace *trace,
	    char **why);
/*
 * Starts the resolver, if there is one (see resolver_start): before anything is
 * audited. False: *WHY as above; the engine is still to be closed.
 */
bool	engine_start(struct engine *engine, char **why);
void	engine_close(struct engine *engine);

/*
 * Judges what an audit of this engine has gathered (see judge.h, also for
 * IS_LATE). Only one thread may do so.
 */
void	engine_judge(struct engine *engine, struct evidence *evidence,
	    bool (*is_late)(void *clock), void *clock);

#endif
