/* The floor: the least that a server can do to deliver an event over TCP, one send(2) for each socket and event.
 *
 * One thread, epoll. GET /rooms/<name> becomes a WebSocket in that room (the accept key is not computed: the driver does
 * not check it). POST /rooms/<name> frames the body once and sends it to everybody in it. Whoever reads too slowly loses
 * messages, which the driver counts. Listens on 127.0.0.1, on the port in PORT; prints "ready". */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOMS_MAX 8192
#define BODY_MAX 60000
#define REQUEST_MAX (BODY_MAX + 4096)

struct room { char name[64]; struct connection **members; int count, capacity; };
struct connection { int fd, place; struct room *room; char *request; size_t length; };

static struct room rooms[ROOMS_MAX];

static struct room *room_of(const char *name, size_t length) {
  unsigned hash = 5381;
  for (size_t i = 0; i < length; i++) hash = hash * 33 + (unsigned char)name[i];
  if (length > 63) length = 63;
  for (unsigned i = hash % ROOMS_MAX;; i = (i + 1) % ROOMS_MAX) {
    struct room *room = &rooms[i];
    if (!room->name[0]) memcpy(room->name, name, length);
    if (strlen(room->name) == length && !memcmp(room->name, name, length)) return room;
  }
}

static void join(struct connection *connection, struct room *room) {
  if (room->count == room->capacity) {
    room->capacity = room->capacity ? room->capacity * 2 : 8;
    room->members = realloc(room->members, room->capacity * sizeof *room->members);
  }
  connection->room = room;
  connection->place = room->count;
  room->members[room->count++] = connection;
  free(connection->request);
  connection->request = NULL;
}

static void drop(struct connection *connection) {
  struct room *room = connection->room;
  if (room) {
    room->members[connection->place] = room->members[--room->count];
    room->members[connection->place]->place = connection->place;
  }
  close(connection->fd);
  free(connection->request);
  free(connection);
}

static void publish(struct room *room, const char *body, size_t length) {
  static char frame[BODY_MAX + 4];
  size_t header = length < 126 ? 2 : 4;
  frame[0] = (char)0x81;
  frame[1] = length < 126 ? (char)length : 126;
  if (header == 4) frame[2] = (char)(length >> 8), frame[3] = (char)length;
  memcpy(frame + header, body, length);
  for (int i = 0; i < room->count; i++) send(room->members[i]->fd, frame, header + length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Serves the requests that are complete; 0 when the connection is to be dropped. */
static int serve(struct connection *connection) {
  static const char upgraded[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  static const char accepted[] = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
  for (;;) {
    char *request = connection->request, *end = memmem(request, connection->length, "\r\n\r\n", 4);
    if (!end) return connection->length < REQUEST_MAX;
    char *name = memmem(request, end - request, "/rooms/", 7), *after = name ? memchr(name, ' ', end - name) : NULL;
    if (!after) return 0;
    struct room *room = room_of(name + 7, after - name - 7);
    if (request[0] == 'G') {
      join(connection, room);
      return send(connection->fd, upgraded, sizeof upgraded - 1, MSG_NOSIGNAL) > 0;
    }
    char *field = strcasestr(request, "content-length: ");
    size_t head = end + 4 - request, body = field ? strtoul(field + 16, NULL, 10) : 0;
    if (body > BODY_MAX) return 0;
    if (connection->length < head + body) return 1;
    publish(room, request + head, body);
    if (send(connection->fd, accepted, sizeof accepted - 1, MSG_NOSIGNAL) < 0) return 0;
    connection->length -= head + body;
    memmove(request, request + head + body, connection->length);
    request[connection->length] = 0;
  }
}

static void add(int epoll, int fd, void *pointer) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = pointer};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(void) {
  int one = 1, epoll = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(getenv("PORT")))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) return perror("listen"), 1;
  add(epoll, listener, NULL);
  puts("ready");
  fflush(stdout);
  for (struct epoll_event events[512];;) {
    for (int i = 0, count = epoll_wait(epoll, events, 512, -1); i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      for (int fd; !connection && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        struct connection *made = calloc(1, sizeof *made);
        made->fd = fd;
        made->request = malloc(REQUEST_MAX + 1);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        add(epoll, fd, made);
      }
      if (!connection) continue;
      static char ignored[4096]; /* what sockets say, such as pongs, is read and forgotten */
      char *into = connection->room ? ignored : connection->request + connection->length;
      size_t space = connection->room ? sizeof ignored : REQUEST_MAX - connection->length;
      ssize_t got = read(connection->fd, into, space);
      if (got > 0 && !connection->room) {
        connection->length += got;
        connection->request[connection->length] = 0;
        if (!serve(connection)) got = 0;
      }
      if (got <= 0) drop(connection);
    }
  }
}
