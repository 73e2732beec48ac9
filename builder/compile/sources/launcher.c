/*
 * Stands in the place of a dynamically linked program of a Debian package and starts it with the loader and the libraries that
 * were unpacked with it, wherever that is: nothing of the host's is used, and programs that start each other (make, sh, gcc, cc1)
 * all come from there. The program itself lies at the same path below programs/. No libc: four system calls are all.
 */
typedef unsigned long size;

static long call3(long number, const void *a, const void *b, const void *c)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
}

enum { sys_write = 1, sys_access = 21, sys_execve = 59, sys_exit = 60, sys_readlink = 89, longest = 4096 };

static size length(const char *text)
{
	size count = 0;
	while (text[count] != '\0')
		count++;
	return count;
}

static void fail(const char *what)
{
	call3(sys_write, (void *)2, "launcher: ", (void *)10);
	call3(sys_write, (void *)2, what, (void *)length(what));
	call3(sys_write, (void *)2, "\n", (void *)1);
	for (;;)
		call3(sys_exit, (void *)126, 0, 0);
}

static void join(char *into, const char *folder, size folder_length, const char *path)
{
	size path_length = length(path);
	if (folder_length + path_length >= longest)
		fail("a path is too long");
	for (size index = 0; index < folder_length; index++)
		into[index] = folder[index];
	for (size index = 0; index <= path_length; index++)
		into[folder_length + index] = path[index];
}

static char self[longest], loader[longest], libraries[longest], program[longest];
static char *arguments[65536];

__attribute__((used)) void launch(long *stack)
{
	long count = stack[0];
	char **given = (char **)(stack + 1);
	char **environment = given + count + 1;
	long self_length = call3(sys_readlink, "/proc/self/exe", self, (void *)(longest - 1));
	if (self_length <= 0)
		fail("/proc/self/exe cannot be read");
	self[self_length] = '\0';
	size root = (size)self_length;
	do {
		while (root > 0 && self[root - 1] != '/')
			root--;
		if (root == 0)
			fail("no folder above has the loader");
		root--;
		join(loader, self, root, "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
	} while (call3(sys_access, loader, 0, 0) != 0);
	join(libraries, self, root, "/usr/lib/x86_64-linux-gnu");
	join(program, self, root, "/programs");
	join(program, program, length(program), self + root);
	static const char inhibit[] = "--inhibit-cache", path[] = "--library-path", argv0[] = "--argv0";
	if (count < 1 || count > 65536 - 8)
		fail("too many arguments");
	char **next = arguments;
	*next++ = loader;
	*next++ = (char *)inhibit;
	*next++ = (char *)path;
	*next++ = libraries;
	*next++ = (char *)argv0;
	*next++ = given[0];
	*next++ = program;
	for (long index = 1; index < count; index++)
		*next++ = given[index];
	*next = 0;
	call3(sys_execve, loader, arguments, environment);
	fail(loader);
}

__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovq %rsp, %rdi\n\tandq $-16, %rsp\n\tcall launch\n");
