// SPDX-License-Identifier: Apache-2.0
// A password, verifier or URL: it has no stream operator and no formatter, so it cannot be printed
// by accident. reveal() is the one way out; grep for it to see who reads secrets.
#pragma once

#include <string>
#include <utility>

namespace gateway::config {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace gateway::config
