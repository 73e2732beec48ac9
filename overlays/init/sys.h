/*
 * Every system call that init makes, and nothing else: tests link another implementation, which plays the kernel and records.
 * All return what the kernel returns: a value, or a negative errno.
 */
#ifndef SYS_H
#define SYS_H

#include "plan.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { SYS_NAMES_MAX = 64, SYS_NAME_SIZE = 32 };

struct sys_names {
	int count;
	char name[SYS_NAMES_MAX][SYS_NAME_SIZE];
};

struct sys_filesystem {
	uint64_t block_size;
	uint64_t blocks;
};

/* files; every descriptor that is made here is closed on exec */
int sys_open(const char *path, int flags);
int sys_close(int fd);
ssize_t sys_read(int fd, void *buffer, size_t size);
ssize_t sys_write(int fd, const void *buffer, size_t size);
ssize_t sys_pread(int fd, void *buffer, size_t size, uint64_t offset);
ssize_t sys_pwrite(int fd, const void *buffer, size_t size, uint64_t offset);
int sys_fsync(int fd);
int sys_ioctl(int fd, unsigned long request, void *argument);
int sys_poll(struct pollfd *fds, size_t count, int64_t timeout_ms); /* negative timeout: none */
int sys_pipe(int ends[2]);
int sys_dup_above(int fd, int minimum);
int sys_dup_to(int fd, int target); /* the copy stays open on exec */
int sys_close_from(int first);
int sys_close_on_exec_from(int first);

/* names in the file system */
int sys_list(const char *path, struct sys_names *names); /* sorted; names that do not fit are left out */
int sys_mkdir(const char *path, mode_t mode);
int sys_chmod(const char *path, mode_t mode);
int sys_chown(const char *path, uint32_t id);
int sys_unlink(const char *path);
int sys_rename(const char *from, const char *to);
int sys_character_device(const char *path, mode_t mode, unsigned major, unsigned minor);
int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options);
int sys_unmount(const char *target, int flags);
int sys_filesystem(const char *path, struct sys_filesystem *result);
int sys_chdir(const char *path);
int sys_fchdir(int fd);
int sys_chroot(const char *path);
void sys_sync(void);

/* sockets */
int sys_socket(int domain, int type, int protocol);
int sys_bind(int fd, const struct sockaddr *address, socklen_t size);
int sys_connect(int fd, const struct sockaddr *address, socklen_t size);
int sys_set_option(int fd, int level, int option, const void *value, socklen_t size);
ssize_t sys_send_to(int fd, const void *buffer, size_t size, const struct sockaddr *address, socklen_t address_size);
ssize_t sys_receive_from(int fd, void *buffer, size_t size, struct sockaddr *address, socklen_t *address_size);

/* processes */
pid_t sys_fork(const char *name); /* the child gets that name and default signals */
int sys_share_memory(size_t size, void **memory); /* empty; children that are forked later see the same */
/* Empty, of whole pages; a child that is forked sees zeros there, unless it is shown to children at that moment. */
int sys_secret_memory(size_t size, void **memory);
int sys_show_to_children(void *memory, size_t size, bool shown);
pid_t sys_wait(int *status);      /* any child that has ended; 0: none has */
int sys_kill(pid_t pid, int signal);
/*
 * Lays a path at LOW_PATH, in a page below vm.mmap_min_addr, where nothing can be mapped without CAP_SYS_RAWIO; tries to map that page
 * anew; executes the program that is named there.
 */
int sys_lay_low(const char *path);
int sys_map_low(void);
int sys_execute_low(const char *const *arguments, const char *const *environment);
_Noreturn void sys_exit(int status);
int sys_new_session(void);
int sys_limit(int resource, uint64_t value);
int sys_process_control(int option, unsigned long a, unsigned long b, unsigned long c);
int sys_no_groups(void);
int sys_set_gid(uint32_t id);
int sys_set_uid(uint32_t id);
int sys_set_capabilities(uint64_t set); /* effective, permitted and inheritable */
mode_t sys_umask(mode_t mask);

/* confinement of this process and what comes of it */
int sys_filter_calls(const struct plan_instruction *filter, size_t length);
int sys_landlock_abi(void);
int sys_landlock_ruleset(uint64_t files, uint64_t ports, uint64_t scopes); /* what it takes away */
int sys_landlock_allow_place(int ruleset, int fd, uint64_t access);
int sys_landlock_allow_port(int ruleset, uint16_t port, uint64_t access);
int sys_landlock_enter(int ruleset);

/* signals */
int sys_signal_fd(void); /* SIGCHLD, SIGINT, SIGTERM, SIGPWR */
int sys_on_crash(void (*handler)(int signal));

/* time, random numbers, the machine */
int64_t sys_uptime_ms(void);
int64_t sys_clock(void);
int sys_set_clock(int64_t seconds);
int64_t sys_clock_us(void); /* since 1970 */
int sys_set_clock_us(int64_t time);
int sys_slew_clock(int64_t by_us); /* little by little */
void sys_sleep_ms(int64_t duration);
ssize_t sys_random(void *buffer, size_t size, unsigned flags);
int sys_load_module(int fd);
int sys_host_name(const char *name);
int sys_reboot(int command);

#endif
