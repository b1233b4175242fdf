// launch COUNT INPUT PROGRAM ARGUMENTS…: executes a program COUNT times as containerd executes a verifier, INPUT (a file) as
// its standard input, its output read from a pipe to the end. Prints for each the milliseconds from before it is
// started until it has ended, and its exit status.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int count, char **words) {
  if (count < 4) return 2;
  for (int left = atoi(words[1]); left > 0; left--) {
    int ends[2], input = open(words[2], O_RDONLY), status;
    char output[4096];
    if (input < 0 || pipe(ends) != 0) return 2;
    double start = now();
    pid_t child = vfork();
    if (child == 0) {
      dup2(input, STDIN_FILENO);
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      execv(words[3], words + 3);
      _exit(127);
    }
    close(ends[1]);
    while (read(ends[0], output, sizeof output) > 0) continue;
    if (child < 0 || waitpid(child, &status, 0) != child) return 2;
    printf("%.4f %d\n", now() - start, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    close(ends[0]);
    close(input);
  }
  return 0;
}
