/*
 * The probe's own /proc and /dev: mounts that are attached nowhere, so that no process of the image sees them and the image can move, hide or
 * remove what it likes.
 */
#ifndef VIEWS_H
#define VIEWS_H

struct views {
	int proc;
	int dev;
};

/* Ends the process if the kernel cannot do it. */
struct views views_open(void);

#endif
