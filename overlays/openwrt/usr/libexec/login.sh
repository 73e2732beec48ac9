#!/bin/sh
# Started by a console line in /etc/inittab, of which there is none. OpenWrt's own gives a root shell unless ttylogin is set.
exit 1
