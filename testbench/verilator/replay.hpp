// Re-runs a recording and compares what the design answers.

#pragma once

#include <string>

class VerilatedContext;

namespace romulus {

/// Exit codes of a replay.
enum class ReplayResult : int { Equal = 0, Failed = 1, Different = 3 };

/// Prints the number of cycles, or the first difference, on standard output and failures on standard error.
/// @param waveform  File to write a waveform of the whole design to; empty for none.
ReplayResult replay(VerilatedContext& context, const std::string& file, const std::string& waveform);

}  // namespace romulus
