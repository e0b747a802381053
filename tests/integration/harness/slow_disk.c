// SPDX-License-Identifier: Apache-2.0
// Preloaded: fdatasync() does not come back while the file named by POSTERN_SLOW_DISK exists.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  const char* path = getenv("POSTERN_SLOW_DISK");
  while (path && access(path, F_OK) == 0) usleep(1000);
  return real(fd);
}
