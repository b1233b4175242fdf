// What containerd executes: hands its arguments and standard input to the daemon, unread, and prints the verdict.
//
// host/plugin/ is the same program in TypeScript; both refuse the same in the same words, and tests/host/plugin runs
// both. Nothing is allocated; whatever is not one whole, clean, accepting answer to this very request denies.

#define _GNU_SOURCE  // struct ucred
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
  REASON_LIMIT = 300,            // characters
  CODE_LIMIT = 64,               // bytes, as all that follow
  ARGUMENT_LIMIT = 4096,         // more than the daemon takes
  DESCRIPTOR_LIMIT = 48 * 1024,  // with arguments and framing it stays below HTTP/2's first window
  ANSWER_LIMIT = 1024 * 1024,    // far more than a judgement with every item of evidence
  FRAME_LIMIT = 16 * 1024,       // RFC 9113, section 6.5.2: the largest frame unless the peer was told otherwise
  PREFIX_LENGTH = 5,             // gRPC: one byte (compressed or not) and a 32-bit length
  NONCE_LENGTH = 16,
  REPLACEMENT = 0xfffd,
};

// "countersign plugin install" finds this block by its mark and records the installation in it.
struct {
  char mark[32];
  uint32_t owner;        // user who may own socket and folder, besides root
  uint32_t deadline_ms;  // from the start of the process to the verdict
  char socket[108];      // unless COUNTERSIGN_SOCKET names another
} installation = {"countersign-plugin-installation", 0, 9000, "/run/countersign/verifier.sock"};

typedef struct { const uint8_t *at; size_t length; } bytes;

static bytes text(const char *string) { return (bytes){(const uint8_t *)string, strlen(string)}; }

static bool equal(bytes a, bytes b) { return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0); }

// ---- The one line that containerd shows ----

/// Takes off the next UTF-8 character; U+FFFD if it is malformed. There must be a byte.
static uint32_t take_character(bytes *from) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  uint32_t first = *from->at++;
  from->length--;
  if (first < 0x80) return first;
  if (first < 0xc2 || first > 0xf4) return REPLACEMENT;
  unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  uint32_t character = first & (0x3fu >> more);
  for (unsigned i = 0; i < more; i++, from->length--) {
    if (from->length == 0 || (*from->at & 0xc0) != 0x80) return REPLACEMENT;
    character = character << 6 | (*from->at++ & 0x3fu);
  }
  bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
  return character < least[more] || character > 0x10ffff || is_surrogate ? REPLACEMENT : character;
}

/// Unicode's Cc, Cf, Zl and Zp: what a terminal, a log or a pod event could take for something other than text.
static bool is_unprintable(uint32_t character) {
  static const uint32_t ranges[][2] = {
      {0, 0x1f},          {0x7f, 0x9f},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},
      {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x180e, 0x180e},
      {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x2064},   {0x2066, 0x206f},   {0xfeff, 0xfeff},
      {0xfff9, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
      {0x1d173, 0x1d17a}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f}};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (character >= ranges[i][0] && character <= ranges[i][1]) return true;
  return false;
}

/// Writes at most 4 bytes for each of REASON_LIMIT characters; returns how many.
static size_t put_reason(char *at, bytes reason) {
  uint32_t shown[REASON_LIMIT + 1];
  size_t count = 0, length = 0;
  while (reason.length > 0 && count <= REASON_LIMIT) {
    uint32_t character = take_character(&reason);
    char escaped[16] = "";
    if (!is_unprintable(character)) shown[count++] = character;
    else snprintf(escaped, sizeof escaped, "\\u{%x}", (unsigned)character);
    for (const char *c = escaped; *c != 0 && count <= REASON_LIMIT; c++) shown[count++] = (uint8_t)*c;
  }
  if (count > REASON_LIMIT) shown[--count - 1] = 0x2026;  // …
  for (size_t i = 0; i < count; i++) {
    uint32_t character = shown[i];
    unsigned more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    for (unsigned k = more; k > 0; k--, character >>= 6) at[length + k] = (char)(0x80 | (character & 0x3f));
    at[length] = (char)(more == 0 ? character : (0xff00u >> (more + 1) & 0xff) | character);
    length += more + 1;
  }
  return length;
}

/// No call is ever interrupted: the one signal that is handled ends the process.
static bool write_all(int to, const void *from, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t written = write(to, (const char *)from + done, length - done);
    if (written <= 0) return false;
    done += (size_t)written;
  }
  return true;
}

/// Ends the process; `code` is no longer than CODE_LIMIT.
static _Noreturn void end(bool ok, bytes code, bytes reason) {
  static char line[CODE_LIMIT + 2 + 4 * REASON_LIMIT + 1];
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);  // the deadline must not speak in between
  memcpy(line, code.at, code.length);
  memcpy(line + code.length, ": ", 2);
  size_t length = code.length + 2 + put_reason(line + code.length + 2, reason);
  line[length++] = '\n';
  _exit(write_all(STDOUT_FILENO, line, length) && ok ? 0 : 1);
}

__attribute__((format(printf, 2, 3))) static _Noreturn void deny(const char *code, const char *format, ...) {
  static char reason[8 * 1024];
  va_list values;
  va_start(values, format);
  vsnprintf(reason, sizeof reason, format, values);
  end(false, text(code), text(reason));
}

static const char *name_of(int error) {
#define NAMED(error) {error, #error}
  static const struct { int number; const char *name; } names[] = {
      NAMED(ENOENT),       NAMED(ENOTDIR),    NAMED(EACCES), NAMED(EPERM),  NAMED(ENAMETOOLONG), NAMED(EISDIR),
      NAMED(ECONNREFUSED), NAMED(ECONNRESET), NAMED(EPIPE),  NAMED(EAGAIN), NAMED(EPROTOTYPE),   NAMED(EPROTO)};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].number == error) return names[i].name;
  return "another error";
}

static _Noreturn void deny_answer(const char *what, bytes which) {
  int length = which.length < 16 ? (int)which.length : 16;
  deny("daemon-protocol", "%s%.*s; the daemon's log may say more", what, length, (const char *)which.at);
}

static _Noreturn void deny_connection(int error) { deny_answer("the connection failed: ", text(name_of(error))); }

static _Noreturn void deny_framing(void) { deny_connection(EPROTO); }

static _Noreturn void deny_message(void) {
  deny("daemon-protocol", "the answer is not well-formed: do plugin and daemon differ in version?");
}

// ---- The deadline, counted as containerd counts: from the start of the process ----

static char late[80];

static void expire(int signal) {
  (void)signal;
  write_all(STDOUT_FILENO, late, strlen(late));
  _exit(1);
}

static void start_deadline(unsigned ms) {
  snprintf(late, sizeof late, "daemon-timeout: no verdict within %u ms: the daemon does not answer\n", ms);
  struct itimerval timer = {.it_value = {ms / 1000, ms % 1000 * 1000}};
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_IGN);
  if (ms == 0 || signal(SIGALRM, expire) == SIG_ERR || sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
      setitimer(ITIMER_REAL, &timer, NULL) != 0)
    deny("daemon-protocol", "the plugin failed: it has no deadline");
}

static unsigned ms_left(void) {
  struct itimerval left = {0};
  getitimer(ITIMER_REAL, &left);
  return (unsigned)(left.it_value.tv_sec * 1000 + left.it_value.tv_usec / 1000) + 1;
}

// ---- What containerd passes: three flags in any form Go's flag package writes, and standard input ----

enum { NAME, DIGEST, MEDIA_TYPE, FLAGS };
static const char *const flag_names[FLAGS] = {"name", "digest", "stdin-media-type"};

static void read_arguments(int count, char **words, bytes values[FLAGS]) {
  const char *given[FLAGS] = {NULL};
  for (int i = 1; i < count; i++) {
    const char *name = words[i] + (words[i][0] == '-') + (words[i][0] == '-' && words[i][1] == '-');
    size_t length = strcspn(name, "="), flag = 0;
    while (flag < FLAGS && !equal(text(flag_names[flag]), (bytes){(const uint8_t *)name, length})) flag++;
    if (name == words[i] || flag == FLAGS)
      deny("usage", "unknown argument \"%s\": this program is run by containerd", words[i]);
    const char *value = name[length] == '=' ? name + length + 1 : ++i < count ? words[i] : NULL;
    if (value == NULL) deny("usage", "-%s needs a value", flag_names[flag]);
    if (given[flag] != NULL) deny("usage", "-%s is given twice", flag_names[flag]);
    given[flag] = value;
  }
  for (size_t flag = 0; flag < FLAGS; flag++) {
    const char *name = flag_names[flag], *value = given[flag];
    if (value == NULL || *value == 0) deny("usage", "-%s is missing: this program is run by containerd", name);
    bytes rest = values[flag] = text(value);
    if (rest.length > ARGUMENT_LIMIT) deny("request-malformed", "-%s is longer than %d bytes", name, ARGUMENT_LIMIT);
    while (rest.length > 0)
      if (take_character(&rest) == REPLACEMENT) deny("request-malformed", "-%s is not UTF-8", name);
  }
}

static bytes read_descriptor(void) {
  static uint8_t descriptor[DESCRIPTOR_LIMIT + 1];
  size_t length = 0;
  while (length < sizeof descriptor) {
    ssize_t got = read(STDIN_FILENO, descriptor + length, sizeof descriptor - length);
    if (got < 0) deny("daemon-protocol", "the plugin failed: standard input: %s", name_of(errno));
    if (got == 0) return (bytes){descriptor, length};
    length += (size_t)got;
  }
  deny("request-malformed", "the descriptor on standard input is longer than %d bytes", DESCRIPTOR_LIMIT);
}

// ---- A socket that nobody else could have put there, and nobody else answers ----

static int connection;

static bool is_trusted(uid_t user) { return user == 0 || user == installation.owner; }

static _Noreturn void deny_unreachable(const char *path) {
  deny("daemon-unreachable", "no daemon at %s (%s): is \"countersign serve\" running?", path, name_of(errno));
}

static void check_file(const char *path, mode_t type, const char *otherwise, mode_t forbidden, const char *whom) {
  struct stat found;
  if (lstat(path, &found) != 0) deny_unreachable(path);
  if ((found.st_mode & S_IFMT) != type) deny("daemon-untrusted", "%s is not a %s", path, otherwise);
  if (!is_trusted(found.st_uid))
    deny("daemon-untrusted", "%s belongs to user %u, not to root or user %u", path, found.st_uid, installation.owner);
  if (found.st_mode & forbidden) deny("daemon-untrusted", "%s may be written to by %s", path, whom);
}

static void connect_to_daemon(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX}, copy;
  struct ucred peer;
  socklen_t length = sizeof peer;
  errno = ENAMETOOLONG;
  if (strlen(path) >= sizeof address.sun_path) deny_unreachable(path);
  strcpy(address.sun_path, path);
  copy = address;  // dirname writes into what it is given
  check_file(dirname(copy.sun_path), S_IFDIR, "folder but a link or a file", 022, "others");
  // Writing to a socket is connecting to it, which a group may be allowed; it does not let one answer for it.
  check_file(path, S_IFSOCK, "socket but a link or a file", 002, "everybody");
  connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) deny_unreachable(path);
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) deny_connection(errno);
  if (!is_trusted(peer.uid))
    deny("daemon-untrusted", "%s is answered by user %u, not by root or user %u", path, peer.uid, installation.owner);
}

// ---- The request: gRPC (PROTOCOL-HTTP2.md) over HTTP/2 (RFC 9113), in one write ----

enum { DATA, HEADERS, RST_STREAM = 3, SETTINGS, PING = 6, WINDOW_UPDATE = 8 };
enum { ACK = 1, END_STREAM = 1, END_HEADERS = 4, PADDED = 8, PRIORITY = 32 };

typedef struct { uint8_t at[68 * 1024]; size_t length; } output;

static void put(output *to, const void *from, size_t length) {
  if (length > sizeof to->at - to->length) deny("request-malformed", "the request is too long");
  memcpy(to->at + to->length, from, length);
  to->length += length;
}

static void put_field(output *to, unsigned number, bytes value) {
  size_t rest = value.length;
  put(to, &(uint8_t){(uint8_t)(number << 3 | 2)}, 1);
  for (; rest >= 0x80; rest >>= 7) put(to, &(uint8_t){(uint8_t)(rest | 0x80)}, 1);
  put(to, &(uint8_t){(uint8_t)rest}, 1);
  put(to, value.at, value.length);
}

static void put_frame(output *to, uint8_t type, uint8_t flags, uint8_t stream, const void *payload, size_t length) {
  const uint8_t head[9] = {0, (uint8_t)(length >> 8), (uint8_t)length, type, flags, 0, 0, 0, stream};
  put(to, head, sizeof head);
  put(to, payload, length);
}

/// Sends the buffer's content, and empties it.
static void flush(output *from) {
  if (!write_all(connection, from->at, from->length)) deny_connection(errno);
  from->length = 0;
}

static void send_request(output *to, const bytes values[FLAGS], bytes descriptor, bytes nonce) {
  static output message, headers;
  put(&message, "\0\0\0\0", PREFIX_LENGTH);
  for (unsigned flag = 0; flag < FLAGS; flag++) put_field(&message, flag + 1, values[flag]);
  put_field(&message, 4, descriptor);
  put_field(&message, 5, nonce);
  message.at[3] = (uint8_t)((message.length - PREFIX_LENGTH) >> 8);
  message.at[4] = (uint8_t)(message.length - PREFIX_LENGTH);

  // HPACK (RFC 7541) by the static table and literals: POST, http, :path, :authority, content-type, te, grpc-timeout.
  static const char fixed[] = "\x83\x86\x04\x2b/countersign.v1.VerifierService/VerifyImage\x01\x09localhost"
                              "\x0f\x10\x10" "application/grpc\x00\x02te\x08trailers\x00\x0cgrpc-timeout";
  char timeout[16];
  put(&headers, fixed, sizeof fixed - 1);
  put(&headers, &(uint8_t){(uint8_t)snprintf(timeout, sizeof timeout, "%um", ms_left())}, 1);
  put(&headers, timeout, strlen(timeout));

  // No dynamic table, no pushes, and windows of 2 MiB, so that an answer that is too long can be seen to be.
  put(to, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
  put_frame(to, SETTINGS, 0, 0, "\0\1\0\0\0\0\0\2\0\0\0\0\0\4\0\x20\0\0", 18);
  put_frame(to, WINDOW_UPDATE, 0, 0, "\0\x20\0\0", 4);
  put_frame(to, HEADERS, END_HEADERS, 1, headers.at, headers.length);
  for (size_t done = 0, length; done < message.length; done += length) {
    length = message.length - done < FRAME_LIMIT ? message.length - done : FRAME_LIMIT;
    put_frame(to, DATA, done + length == message.length ? END_STREAM : 0, 1, message.at + done, length);
  }
  flush(to);
}

// ---- The answer ----

typedef __attribute__((noreturn)) void (*failure)(void);

/// Takes off the first `length` bytes; fails if there are fewer.
static bytes take(bytes *from, size_t length, failure fail) {
  if (length > from->length) fail();
  bytes taken = {from->at, length};
  *from = (bytes){from->at + length, from->length - length};
  return taken;
}

/// Seven bytes hold 49 bits: every length and flag.
static uint64_t take_varint(bytes *from, failure fail) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 49; shift += 7) {
    uint8_t byte = *take(from, 1, fail).at;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail();
}

static void receive(uint8_t *to, size_t length) {
  ssize_t got = length == 0 ? 0 : recv(connection, to, length, MSG_WAITALL);
  if (got < 0) deny_connection(errno);
  if ((size_t)got < length) deny_answer("the answer was broken off", text(""));
}

static bytes take_string(bytes *block) {
  uint64_t length = *take(block, 1, deny_framing).at & 0x7f;
  if (length == 0x7f) length += take_varint(block, deny_framing);
  return take(block, length, deny_framing);
}

/// Reads the statuses in a header block (HPACK), empty if they are not there. Nothing is in the dynamic table, which
/// was given no room. One that is given twice, is empty, or in Huffman's code, which makes none of gRPC's shorter, is "?".
static void read_headers(bytes block, bytes *http, bytes *grpc) {
  static const char *const known[] = {"200", "204", "206", "304", "400", "404", "500"};  // at 8 to 14
  *http = *grpc = text("");
  while (block.length > 0) {
    uint8_t first = *take(&block, 1, deny_framing).at;
    uint8_t most = first >= 0x80 ? 0x7f : first >= 0x40 ? 0x3f : first >= 0x20 ? 0x1f : 0x0f;
    bool is_indexed = most == 0x7f, is_resize = most == 0x1f;
    uint64_t index = first & most;
    if (index == most) index += take_varint(&block, deny_framing);
    if (index > (is_resize ? 0 : 61) || (index == 0 && is_indexed)) deny_framing();
    if (is_resize) continue;

    bytes *status = index >= 8 && index <= 14 ? http : NULL;
    bool is_coded = block.length > 0 && *block.at & 0x80;
    if (index == 0) {
      const char *grpc_status = is_coded ? "\x9a\xca\xc8\xb2\x12\x34\xda\x8f" : "grpc-status";
      if (equal(take_string(&block), text(grpc_status))) status = grpc;
    }
    is_coded = !is_indexed && block.length > 0 && *block.at & 0x80;
    bytes value = !is_indexed ? take_string(&block) : status != NULL ? text(known[index - 8]) : text("");
    if (status != NULL) *status = is_coded || status->length > 0 || value.length == 0 ? text("?") : value;
  }
}

/// The message, if the stream ends cleanly, with grpc-status 0, after exactly one, whole and not compressed.
static bytes read_answer(output *to) {
  static uint8_t answer[ANSWER_LIMIT], payload[FRAME_LIMIT];
  size_t answered = 0;
  bool has_headers = false, has_ended = false;
  while (!has_ended) {
    uint8_t head[9];
    bytes http, grpc = text("");
    receive(head, sizeof head);
    uint8_t type = head[3], flags = head[4];
    size_t length = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
    if (length > sizeof payload) deny_framing();
    receive(payload, length);
    if ((type == SETTINGS || type == PING) && !(flags & ACK)) {
      put_frame(to, type, ACK, 0, payload, type == PING ? length : 0);
      flush(to);
    }
    // Other frames about the connection, and those of an unknown kind, are ignored.
    if (type != DATA && type != HEADERS && type != RST_STREAM) continue;
    if (type == RST_STREAM) deny_answer("the answer was broken off", text(""));
    // Our daemon neither pads nor prioritises, and its headers fit into a frame.
    bool is_plain = !(flags & (PADDED | PRIORITY)) && (type == DATA || flags & END_HEADERS);
    if (!is_plain || memcmp(head + 5, "\0\0\0\1", 4) != 0 || !(has_headers || type == HEADERS)) deny_framing();
    has_ended = flags & END_STREAM;
    if (type == HEADERS) {
      read_headers((bytes){payload, length}, &http, &grpc);
      if (has_headers && (!has_ended || http.length > 0)) deny_framing();
      if (!has_headers && !equal(http, text("200"))) deny_answer("http status ", http);
      has_headers = true;
    } else {
      if (length > sizeof answer - answered) deny_answer("the answer is longer than 1048576 bytes", text(""));
      memcpy(answer + answered, payload, length);
      answered += length;
    }
    if (has_ended && grpc.length == 0) deny_answer("the answer ended without a status", text(""));
    if (has_ended && !equal(grpc, text("0"))) deny_answer("grpc status ", grpc);
  }
  if (answered < PREFIX_LENGTH) deny_answer("there is no answer in the stream", text(""));
  if (answer[0] != 0) deny_answer("the answer is compressed", text(""));
  size_t length = (size_t)answer[1] << 24 | (size_t)answer[2] << 16 | (size_t)answer[3] << 8 | answer[4];
  if (length > answered - PREFIX_LENGTH) deny_answer("the answer is incomplete", text(""));
  if (length < answered - PREFIX_LENGTH) deny_answer("there is more than one answer", text(""));
  return (bytes){answer + PREFIX_LENGTH, length};
}

// ---- The verdict ----

enum { OK = 1, CODE, REASON, NAME_ECHO, DIGEST_ECHO, NONCE_ECHO, MEMBERS };

static void check_echo(const char *member, bytes asked, bytes answered) {
  if (!equal(asked, answered))
    deny("daemon-untrusted", "the answer is not to this request: its %s is another", member);
}

/// Reads a VerifyImageResponse (proto/countersign/v1/verifier.proto), in which each of our members is there at most
/// once and the others are passed over.
static _Noreturn void give_verdict(bytes message, const bytes values[FLAGS], bytes nonce) {
  bytes members[MEMBERS] = {{0}};
  uint64_t ok = 0;
  unsigned seen = 0;
  while (message.length > 0) {
    uint64_t tag = take_varint(&message, deny_message), field = tag >> 3, number = 0;
    bytes value = {0};
    switch (tag & 7) {
      case 0: number = take_varint(&message, deny_message); break;
      case 1: value = take(&message, 8, deny_message); break;
      case 2: value = take(&message, take_varint(&message, deny_message), deny_message); break;
      case 5: value = take(&message, 4, deny_message); break;
      default: deny_message();
    }
    if (field == 0) deny_message();
    if (field >= MEMBERS) continue;
    if (seen & 1u << field || (value.at == NULL) != (field == OK) || number > 1) deny_message();
    seen |= 1u << field;
    if (field == OK) ok = number;
    else members[field] = value;
  }
  bytes code = members[CODE];
  bool is_code = code.length > 0 && code.length <= CODE_LIMIT && code.at[0] != '-';
  for (size_t i = 0; is_code && i < code.length; i++)
    is_code = code.at[i] == '-' || (code.at[i] >= 'a' && code.at[i] <= 'z');
  bool accepts = equal(code, text("accepted")) || equal(code, text("accepted-anything"));
  if (!is_code || accepts != (ok == 1)) deny_message();
  check_echo("digest", values[DIGEST], members[DIGEST_ECHO]);
  check_echo("name", values[NAME], members[NAME_ECHO]);
  check_echo("nonce", nonce, members[NONCE_ECHO]);
  end(ok == 1, code, members[REASON]);
}

int main(int count, char **words) {
  static output out;
  uint8_t random[NONCE_LENGTH];
  bytes values[FLAGS], nonce = {random, sizeof random};
  start_deadline(installation.deadline_ms);
  const char *override = getenv("COUNTERSIGN_SOCKET");
  read_arguments(count, words, values);
  bytes descriptor = read_descriptor();
  if (getrandom(random, sizeof random, 0) != sizeof random)
    deny("daemon-protocol", "the plugin failed: it has no randomness");
  connect_to_daemon(override != NULL && *override != 0 ? override : installation.socket);
  send_request(&out, values, descriptor, nonce);
  give_verdict(read_answer(&out), values, nonce);
}
