#pragma once
// What the listings of docs/exchange.md need beside the preamble.

#include "preamble.hpp"

#include <eddy/io/safetensors.hpp>
