/*
 * Whether what name servers said themselves validates (RFC 4035 5), with the
 * keys of the zone: facts of the evidence. The servers of a zone may give out
 * different keys, as long as each knows those of the others (RFC 8901).
 */
#ifndef CHECKER_JUDGE_SERVER_STATUS_H
#define CHECKER_JUDGE_SERVER_STATUS_H

struct evidence;

/* Fills in `judged` of each server. Of a zone that is not signed, nothing. */
void	server_status_judge(struct evidence *evidence);

#endif
