/* Finds the blob as Node does (dl_iterate_phdr over the program's notes), and looks whether its zeroed memory is zero. */
#include <link.h>
#include <stdio.h>
#include <string.h>

static const volatile char fuse[] = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0";
static volatile char zeroed[300000];

static unsigned padded(unsigned size) { return (size + 3) & ~3U; }

static int print_blob(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_NOTE) continue;
    const char *at = (const char *)(info->dlpi_addr + header->p_vaddr);
    const char *end = at + header->p_memsz;
    while (at + sizeof(ElfW(Nhdr)) < end) {
      const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
      const char *name = at + sizeof *note;
      const char *content = name + padded(note->n_namesz);
      if (strcmp(name, "NODE_SEA_BLOB") == 0) {
        printf("blob %.*s\n", (int)note->n_descsz, content);
        return 1;
      }
      at = content + padded(note->n_descsz);
    }
  }
  return 0;
}

int main(void) {
  unsigned dirty = 0;
  for (unsigned i = 0; i < sizeof zeroed; i++) dirty += zeroed[i] != 0;
  printf("fuse %c, %u bytes not zero\n", fuse[sizeof fuse - 2], dirty);
  return dl_iterate_phdr(print_blob, NULL) == 1 && dirty == 0 ? 0 : 1;
}
