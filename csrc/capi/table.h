// The table of functions that other languages call.
#pragma once

#include "scorerbm.h"

namespace scorerbm {

extern const scorerbm_api c_api;

}  // namespace scorerbm
