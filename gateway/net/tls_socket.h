// SPDX-License-Identifier: Apache-2.0
// An OpenSSL BIO over a non-blocking socket, with bytes in front of it that were read before TLS
// began. Unlike OpenSSL's own it never raises SIGPIPE, and it keeps what the socket does not take:
// OpenSSL cannot answer a change of keys while a record of its own waits to be offered again.
#pragma once

#include <string_view>

struct bio_st;

namespace gateway::net {

// Gives `already_read` first (copied), then what the socket has. Borrows `fd`. Owned by the caller
// until SSL_set_bio takes it; null where memory is short.
bio_st* open_tls_socket(int fd, std::string_view already_read);

// OpenSSL goes on reading until it has data for us, so records that bring none (changes of keys)
// would hold up the loop: a turn reads some, then the socket seems empty. renew_reads() begins a
// turn; were_reads_cut(): the next one has something to read, whatever a poll says.
void renew_reads(bio_st* bio);
bool were_reads_cut(bio_st* bio);
bool holds_read_ahead(bio_st* bio);

// Sends what is kept. 0: nothing is kept any more; EAGAIN: the socket takes no more; else the
// error that broke it.
int flush_tls_socket(bio_st* bio);

}  // namespace gateway::net
