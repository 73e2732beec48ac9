/* The child that tells the boards of a router what time it is: it holds a UDP socket and nothing else. */
#ifndef NTP_SERVER_H
#define NTP_SERVER_H

_Noreturn void ntp_server(void);

#endif
