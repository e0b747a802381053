// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netdb.h>
#include <uv.h>

#include <array>

#include "gateway/net/deferred.h"
#include "gateway/net/loop.h"

namespace gateway::net {
namespace {

bool is_numeric(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return ::inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

std::vector<std::string> texts(const addrinfo* list) {
  std::vector<std::string> addresses;
  for (; list != nullptr; list = list->ai_next) {
    std::array<char, NI_MAXHOST> text;
    if (::getnameinfo(list->ai_addr, list->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text.data());
    }
  }
  return addresses;
}

addrinfo stream_hints() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  return hints;
}

}  // namespace

Resolved resolve_now(const std::string& host) {
  if (is_numeric(host)) return {.addresses = {host}, .error = {}};
  const addrinfo hints = stream_hints();
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (status != 0) return {.addresses = {}, .error = ::gai_strerror(status)};
  Resolved resolved{.addresses = texts(list), .error = {}};
  ::freeaddrinfo(list);
  if (resolved.addresses.empty()) resolved.error = ::gai_strerror(EAI_NONAME);
  return resolved;
}

// Lives until libuv's callback when a look-up is under way, else as long as the Resolution.
struct Resolution::State {
  uv_getaddrinfo_t request;
  Deferred deferred;
  std::move_only_function<void(std::vector<std::string>, std::string)> done;
  bool looking_up = false;
  bool abandoned = false;

  explicit State(Loop& loop) : request{}, deferred(loop) {}

  void answer_later(std::vector<std::string> addresses, std::string why) {
    deferred.arm([this, addresses = std::move(addresses), why = std::move(why)]() mutable {
      auto callback = std::move(done);
      callback(std::move(addresses), std::move(why));
    });
  }

  static void on_answer(uv_getaddrinfo_t* request, int status, addrinfo* list) noexcept {
    auto* state = static_cast<State*>(request->data);
    auto addresses = texts(list);
    uv_freeaddrinfo(list);
    state->looking_up = false;
    if (state->abandoned) {
      delete state;
      return;
    }
    auto done = std::move(state->done);
    if (status == 0 && addresses.empty()) status = UV_EAI_NODATA;
    done(std::move(addresses), status == 0 ? "" : uv_strerror(status));
  }
};

Resolution::Resolution(
    Loop& loop, const std::string& host,
    std::move_only_function<void(std::vector<std::string> addresses, std::string error)> done)
    : state_(new State(loop)) {
  state_->done = std::move(done);
  state_->request.data = state_;
  if (is_numeric(host)) {
    state_->answer_later({host}, "");
    return;
  }
  const addrinfo hints = stream_hints();
  const int status =
      uv_getaddrinfo(loop.raw(), &state_->request, State::on_answer, host.c_str(), nullptr, &hints);
  state_->looking_up = status == 0;
  if (status != 0) state_->answer_later({}, uv_strerror(status));  // a name that is too long, say
}

Resolution::~Resolution() {
  if (!state_->looking_up) {
    delete state_;
    return;
  }
  state_->abandoned = true;
  state_->done = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&state_->request));  // its callback frees the state
}

}  // namespace gateway::net
