// Frames between the harness and its driver, and in recordings; src/sim/recording-format.ts is the other
// end and describes them.

#pragma once

#include <cstddef>
#include <cstdint>

namespace romulus {

constexpr uint32_t protocolVersion = 1;

/// First word of a recording: "RMLR", then the payload of a hello frame.
constexpr uint32_t recordingMagic = 0x524c4d52;

/// A longer frame is taken for garbage.
constexpr uint32_t maxFrameBytes = 256u << 20;

enum class Opcode : uint32_t {
    Hello = 1,
    Poke = 2,
    Step = 3,
    Peek = 4,
    PeekOutputs = 5,
    Run = 6,
    RunUntil = 7,
    WaveOpen = 8,
    WaveEnable = 9,
    Quit = 10,
    Values = 32,
    Error = 33,
};

/// A received frame, without its length.
struct Frame {
    Opcode opcode;
    const uint32_t* payload;
    size_t words;
};

}  // namespace romulus
