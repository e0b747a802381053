// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/tls_socket.h"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>

namespace gateway::net {
namespace {

// More is not kept: OpenSSL has to offer it again. A record has 16 KiB.
constexpr std::size_t kKeptBytesMax = 64 * 1024;

// OpenSSL asks for a record's header, then for its body.
constexpr int kReadsPerTurn = 32;
constexpr std::size_t kReadAheadBytes = 16 * 1024;

struct Source {
  int fd = -1;
  std::string ahead;  // read and not yet given
  std::size_t given = 0;
  int reads_left = kReadsPerTurn;
  std::string kept;  // for the socket
  bool ended = false;
};

Source& source_of(BIO* bio) { return *static_cast<Source*>(BIO_get_data(bio)); }

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int give_ahead(Source& source, char* into, std::size_t length) {
  const std::size_t count = source.ahead.copy(into, length, source.given);
  source.given += count;
  if (source.given == source.ahead.size()) {
    std::string().swap(source.ahead);
    source.given = 0;
  }
  return static_cast<int>(count);
}

ssize_t receive(Source& source, char* into, std::size_t length) {
  errno = 0;
  const ssize_t received = ::recv(source.fd, into, length, MSG_DONTWAIT);
  source.ended = received == 0;
  return received;
}

int read_some(BIO* bio, char* into, int asked) {
  Source& source = source_of(bio);
  BIO_clear_retry_flags(bio);
  if (source.reads_left == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  --source.reads_left;
  const auto length = static_cast<std::size_t>(std::max(asked, 0));
  if (!source.ahead.empty()) return give_ahead(source, into, length);
  ssize_t received = 0;
  if (length >= kReadAheadBytes) {
    received = receive(source, into, length);
  } else {
    std::array<char, kReadAheadBytes> bytes;
    received = receive(source, bytes.data(), bytes.size());
    if (received > 0) {
      source.ahead.assign(bytes.data(), static_cast<std::size_t>(received));
      return give_ahead(source, into, length);
    }
  }
  if (received < 0 && would_block(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

ssize_t send_some(const Source& source, std::string_view bytes) {
  errno = 0;
  return ::send(source.fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

int write_some(BIO* bio, const char* bytes, int length) {
  Source& source = source_of(bio);
  BIO_clear_retry_flags(bio);
  if (const int error = flush_tls_socket(bio); error != 0 && !would_block(error)) {
    errno = error;
    return -1;
  }
  if (source.kept.size() >= kKeptBytesMax) {
    BIO_set_retry_write(bio);
    return -1;
  }
  const std::string_view all(bytes, static_cast<std::size_t>(length));
  const ssize_t sent = source.kept.empty() ? send_some(source, all) : 0;
  if (sent < 0 && !would_block(errno)) return -1;
  source.kept += all.substr(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  return length;
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return source_of(bio).ended ? 1 : 0;
  return 0;
}

int destroy(BIO* bio) {
  delete static_cast<Source*>(BIO_get_data(bio));
  BIO_set_data(bio, nullptr);
  return 1;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

std::unique_ptr<BIO_METHOD, FreeMethod> make_method() {
  std::unique_ptr<BIO_METHOD, FreeMethod> method(
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client socket"));
  if (method == nullptr) return nullptr;
  BIO_meth_set_read(method.get(), read_some);
  BIO_meth_set_write(method.get(), write_some);
  BIO_meth_set_ctrl(method.get(), control);
  BIO_meth_set_destroy(method.get(), destroy);
  return method;
}

}  // namespace

void renew_reads(bio_st* bio) { source_of(bio).reads_left = kReadsPerTurn; }

bool were_reads_cut(bio_st* bio) { return source_of(bio).reads_left == 0; }

bool holds_read_ahead(bio_st* bio) { return !source_of(bio).ahead.empty(); }

int flush_tls_socket(bio_st* bio) {
  std::string& kept = source_of(bio).kept;
  while (!kept.empty()) {
    const ssize_t sent = send_some(source_of(bio), kept);
    if (sent < 0) return would_block(errno) ? EAGAIN : errno;
    kept.erase(0, static_cast<std::size_t>(sent));
  }
  std::string().swap(kept);
  return 0;
}

bio_st* open_tls_socket(int fd, std::string_view already_read) {
  static const auto method = make_method();
  BIO* bio = method == nullptr ? nullptr : BIO_new(method.get());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, new Source{.fd = fd, .ahead = std::string(already_read), .kept = {}});
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace gateway::net
