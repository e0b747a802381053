// SPDX-License-Identifier: Apache-2.0
// Words that the input functions of dates and times read as a moment of the present: 'now',
// 'today'. Knows no types.
#pragma once

#include <string_view>

namespace policy {

// True where one of them stands in `text`, in either case, with no other letter beside it.
bool names_moment(std::string_view text);

}  // namespace policy
