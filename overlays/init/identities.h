/* User and group ids; each process that is not PID 1 has its own, so none can signal or trace another. */
#ifndef IDENTITIES_H
#define IDENTITIES_H

enum {
	DAEMON_ID = 1000,
	DHCP_ID = 1001,
	LOG_ID = 1002,
	HEALTH_ID = 1003,
	TRACE_ID = 1004,
	TIME_ID = 1005,
	TIME_SERVER_ID = 1006,
	ADVERTISER_ID = 1007,
	IDENTITY_ID = 1008,
};

#endif
