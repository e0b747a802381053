// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/request_parser.h"

#include <llhttp.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace gateway::http {
namespace {

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

}  // namespace

struct RequestParser::State {
  RequestLimits limits;
  llhttp_settings_t settings{};
  llhttp_t parser{};
  Request request;
  std::string target;
  std::size_t head_bytes = 0;     // taken before the end of the head
  std::size_t trailer_bytes = 0;  // after it: trailers and chunk extensions, which are dropped
  bool started = false;
  bool name_ended = true;  // the next name begins another header
  bool head_complete = false;
  bool complete = false;
  bool expects_continue = false;
  std::optional<ParseError> error;

  explicit State(RequestLimits limits_given) : limits(limits_given) {
    settings.on_method = on<&State::take_method>;
    settings.on_url = on<&State::take_target>;
    settings.on_header_field = on<&State::take_name>;
    settings.on_header_value = on<&State::take_value>;
    settings.on_header_field_complete = on<&State::end_name>;
    settings.on_header_value_complete = on<&State::end_extension>;
    settings.on_headers_complete = on<&State::end_head>;
    settings.on_chunk_extension_name = on<&State::take_extension>;
    settings.on_chunk_extension_value = on<&State::take_extension>;
    settings.on_chunk_extension_name_complete = on<&State::end_extension>;
    settings.on_chunk_extension_value_complete = on<&State::end_extension>;
    settings.on_body = on<&State::take_body>;
    settings.on_message_complete = on<&State::end_message>;
    begin();
  }

  void begin() {
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = this;
    request = {};
    target.clear();
    head_bytes = trailer_bytes = 0;
    started = head_complete = complete = expects_continue = false;
    name_ended = true;
  }

  // llhttp's callbacks as member functions.
  template <int (State::*kFunction)(std::string_view)>
  static int on(llhttp_t* parser, const char* at, std::size_t length) noexcept {
    return (static_cast<State*>(parser->data)->*kFunction)({at, length});
  }
  template <int (State::*kFunction)()>
  static int on(llhttp_t* parser) noexcept {
    return (static_cast<State*>(parser->data)->*kFunction)();
  }

  int refuse(ParseError why) {
    error = why;
    return HPE_USER;
  }

  int take_method(std::string_view bytes) {
    request.method.append(bytes);
    return HPE_OK;
  }

  int take_target(std::string_view bytes) {
    target.append(bytes);
    return HPE_OK;
  }

  // Limits are checked where a part ends: where a piece of it ends depends on the cuts, and so
  // would which of two errors comes first.
  int take_extension(std::string_view bytes) {
    trailer_bytes += bytes.size();
    return HPE_OK;
  }

  int end_extension() {
    return trailer_bytes > limits.head_bytes_max ? refuse(ParseError::HeadTooLarge) : HPE_OK;
  }

  int take_name(std::string_view bytes) {
    if (head_complete) return take_extension(bytes);
    if (std::exchange(name_ended, false)) request.headers.emplace_back();
    request.headers.back().name.append(lower(bytes));
    return HPE_OK;
  }

  int end_name() {
    name_ended = true;
    const bool too_many = request.headers.size() > limits.header_count_max;
    return too_many ? refuse(ParseError::HeadTooLarge) : end_extension();
  }

  void trim_values() {  // llhttp leaves white space behind a value
    for (Header& header : request.headers) {
      header.value.resize(header.value.find_last_not_of(" \t") + 1);
    }
  }

  int take_value(std::string_view bytes) {
    if (head_complete) return take_extension(bytes);
    request.headers.back().value.append(bytes);
    return HPE_OK;
  }

  bool has_one_host() const {
    const auto count = std::count_if(request.headers.begin(), request.headers.end(),
                                     [](const Header& header) { return header.name == "host"; });
    return count == 1 || (count == 0 && parser.http_minor == 0);
  }

  int end_head() {
    head_complete = true;
    trim_values();
    const bool is_http1 = parser.http_major == 1 && parser.http_minor <= 1;
    if (!is_http1 || !target.starts_with('/') || !has_one_host()) {
      return refuse(ParseError::Malformed);
    }
    if (parser.content_length > limits.body_bytes_max && (parser.flags & F_CONTENT_LENGTH) != 0) {
      return refuse(ParseError::BodyTooLarge);
    }
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != target.npos) request.query = target.substr(mark + 1);
    request.keep_alive = llhttp_should_keep_alive(&parser) != 0;
    const std::string* expect = request.header("expect");
    expects_continue =
        expect != nullptr && lower(*expect) == "100-continue" && parser.http_minor == 1;
    return HPE_OK;
  }

  int take_body(std::string_view bytes) {
    if (bytes.size() > limits.body_bytes_max - request.body.size()) {
      return refuse(ParseError::BodyTooLarge);
    }
    request.body.append(bytes);
    return HPE_OK;
  }

  int end_message() {
    complete = true;
    return HPE_PAUSED;  // so that what follows is not read before take()
  }

  // Feeds one piece; returns how much of it was taken.
  std::size_t execute(std::string_view bytes) {
    const llhttp_errno_t result = llhttp_execute(&parser, bytes.data(), bytes.size());
    if (complete) return static_cast<std::size_t>(llhttp_get_error_pos(&parser) - bytes.data());
    if (result != HPE_OK && !error) error = ParseError::Malformed;
    return bytes.size();
  }

  // While the head is not complete only as many bytes are fed as it may still have.
  std::size_t feed(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && !complete && !error) {
      std::string_view piece = bytes.substr(taken);
      if (!head_complete) piece = piece.substr(0, limits.head_bytes_max - head_bytes);
      const bool was_in_head = !head_complete;
      taken += execute(piece);
      if (was_in_head && !head_complete) {
        head_bytes += piece.size();
        if (head_bytes >= limits.head_bytes_max && !error) error = ParseError::HeadTooLarge;
      }
    }
    started = started || taken > 0;
    return taken;
  }
};

RequestParser::RequestParser(RequestLimits limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::~RequestParser() = default;

std::expected<std::size_t, ParseError> RequestParser::feed(std::string_view bytes) {
  if (state_->error) return std::unexpected(*state_->error);
  const std::size_t taken = state_->feed(bytes);
  if (state_->error) return std::unexpected(*state_->error);
  return taken;
}

bool RequestParser::complete() const { return state_->complete; }

Request RequestParser::take() {
  Request request = std::move(state_->request);
  state_->begin();
  return request;
}

bool RequestParser::idle() const { return !state_->started; }

bool RequestParser::take_expectation() {
  return !state_->complete && std::exchange(state_->expects_continue, false);
}

int status_of(ParseError error) {
  switch (error) {
    case ParseError::Malformed: return 400;
    case ParseError::HeadTooLarge: return 431;
    case ParseError::BodyTooLarge: return 413;
  }
  std::unreachable();
}

}  // namespace gateway::http
