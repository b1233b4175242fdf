// The native plugin, started anew for each request out of one process: with the sanitizers in it that is a hundred times
// faster than to execute it. Reads lines "SOCKET" from standard input; for each it writes "STATUS BYTES\n" and what the
// plugin wrote. The arguments are the plugin's; its standard input is empty.

#define main plugin_main
#include "../../../plugin/plugin.c"
#undef main

#include <fcntl.h>
#include <sys/wait.h>

int main(int count, char **words) {
  static char socket[256], said[4096];
  while (fgets(socket, sizeof socket, stdin) != NULL) {
    socket[strcspn(socket, "\n")] = 0;
    int ends[2], status;
    if (pipe(ends) != 0) return 2;
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) {
      int nothing = open("/dev/null", O_RDONLY);
      dup2(nothing, STDIN_FILENO);
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      setenv("COUNTERSIGN_SOCKET", socket, 1);
      installation.owner = getuid();
      return plugin_main(count, words);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], said + length, sizeof said - length)) > 0) length += (size_t)got;
    close(ends[0]);
    waitpid(child, &status, 0);
    printf("%d %zu\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), length);
    fwrite(said, 1, length, stdout);
    fflush(stdout);
  }
  return 0;
}
