// SPDX-License-Identifier: Apache-2.0
// The policy corpus's attacks for the fuzzer: its database and policy, and ways to say an attack
// differently that leave it one.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <string>
#include <string_view>
#include <vector>

#include "policy/judge.h"

namespace fuzz {

// Read once; a file that is missing or bad ends the process.
class Attacks {
 public:
  static const Attacks& of_corpus();

  const std::vector<std::string>& statements() const { return statements_; }
  const policy::Profile& profile() const { return profile_; }
  int server_major() const { return server_major_; }

 private:
  Attacks();

  std::vector<std::string> statements_{};
  policy::Profile profile_{};
  int server_major_ = 0;
};

// White space, comments, case and quotes of names varied; wrapped in what runs it all the same, or
// beside harmless statements.
std::string disguise(std::string_view attack, FuzzedDataProvider& input);

}  // namespace fuzz
