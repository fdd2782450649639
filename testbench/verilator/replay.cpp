#include "replay.hpp"

#include "simulation.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace romulus {
namespace {

/// Reads a recording frame by frame.
class Recording {
public:
    explicit Recording(const std::string& name) : m_name{name}, m_file{std::fopen(name.c_str(), "rb")} {
        if (!m_file) throw std::runtime_error(name + ": " + std::strerror(errno));
        uint32_t header[6];
        if (std::fread(header, sizeof header, 1, m_file) != 1 || header[0] != recordingMagic) {
            fail("not a recording");
        }
        if (header[1] != protocolVersion) fail("written by another version");
        if (header[2] != design.portHashLow || header[3] != design.portHashHigh) {
            fail("recorded with other ports than those of this executable");
        }
    }

    ~Recording() {
        if (m_file) std::fclose(m_file);
    }

    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    /// False at the end of the file. A frame cut off there, by a recorder that was killed, is the end too.
    bool next(Frame& frame, std::vector<uint32_t>& storage) {
        uint32_t bytes = 0;
        if (std::fread(&bytes, sizeof bytes, 1, m_file) != 1) return false;
        if (bytes < sizeof(uint32_t) || bytes % sizeof(uint32_t) != 0 || bytes > maxFrameBytes) {
            fail("broken frame");
        }
        storage.resize(bytes / sizeof(uint32_t));
        if (std::fread(storage.data(), bytes, 1, m_file) != 1) return false;
        frame = {static_cast<Opcode>(storage[0]), storage.data() + 1, storage.size() - 1};
        return true;
    }

private:
    [[noreturn]] void fail(const char* what) {
        if (m_file) std::fclose(m_file);
        m_file = nullptr;
        throw std::runtime_error(m_name + ": " + what);
    }

    std::string m_name;
    std::FILE* m_file;
};

std::string hex(const uint32_t* words, uint32_t width) {
    std::string text = "0x";
    char digit[2];
    for (uint32_t nibble = (width + 3) / 4; nibble-- > 0;) {
        std::snprintf(digit, sizeof digit, "%x", (words[nibble / 8] >> (nibble % 8 * 4)) & 0xfu);
        text += digit;
    }
    return text;
}

bool reportIfDifferent(uint64_t cycle, const Port& port, const uint32_t* expected, const uint32_t* got) {
    if (std::equal(expected, expected + port.words(), got)) return false;
    std::printf("cycle %" PRIu64 ": %s: expected %s, got %s\n", cycle, port.name,
                hex(expected, port.width).c_str(), hex(got, port.width).c_str());
    return true;
}

/// Records of outputs, the first of them of the given cycle.
bool recordsDiffer(uint64_t cycle, const Frame& expected, const uint32_t* got) {
    for (size_t at = 0; at + design.outputWords <= expected.words; at += design.outputWords, ++cycle) {
        for (uint32_t i = 0; i < design.portCount; ++i) {
            const Port& port = design.ports[i];
            if (port.kind != PortKind::Output) continue;
            const size_t word = at + port.offset;
            if (reportIfDifferent(cycle, port, expected.payload + word, got + word)) return true;
        }
        if (design.outputWords == 0) break;
    }
    return false;
}

/// Compares a reply, given as a whole frame, with the recorded one.
bool replyDiffers(const Frame& request, uint64_t cycle, const Frame& expected,
                  const std::vector<uint32_t>& reply) {
    const uint32_t* const got = reply.data() + 2;
    if (expected.opcode != Opcode::Values || expected.words != reply.size() - 2) {
        throw std::runtime_error("broken recording: a reply has the wrong length");
    }
    switch (request.opcode) {
    case Opcode::Peek:
        return reportIfDifferent(cycle, design.ports[request.payload[0]], expected.payload, got);
    case Opcode::PeekOutputs:
    case Opcode::Run: return recordsDiffer(cycle, expected, got);
    default: return false;
    }
}

void throwIfError(const std::vector<uint32_t>& reply) {
    if (static_cast<Opcode>(reply[1]) != Opcode::Error) return;
    throw std::runtime_error(std::string(reinterpret_cast<const char*>(reply.data() + 3), reply[2]));
}

void openWaveform(Simulation& simulation, const std::string& file) {
    std::vector<uint32_t> payload{0, static_cast<uint32_t>(file.size()), 0};
    payload.resize(3 + (file.size() + 3) / 4);
    std::memcpy(payload.data() + 3, file.data(), file.size());
    std::vector<uint32_t> reply;
    simulation.execute({Opcode::WaveOpen, payload.data(), payload.size()}, reply);
    throwIfError(reply);
}

}  // namespace

ReplayResult replay(VerilatedContext& context, const std::string& file, const std::string& waveform) {
    try {
        Recording recording{file};
        Simulation simulation{context};
        if (!waveform.empty()) openWaveform(simulation, waveform);
        std::vector<uint32_t> requestWords, expectedWords, reply;
        Frame request, expected;
        while (recording.next(request, requestWords)) {
            const uint64_t cycle = simulation.cycles();
            const bool replies = simulation.execute(request, reply);
            throwIfError(reply);
            if (!replies) continue;
            if (!recording.next(expected, expectedWords)) break;
            if (replyDiffers(request, cycle, expected, reply)) return ReplayResult::Different;
        }
        std::printf("%" PRIu64 " cycles, no difference\n", simulation.cycles());
        return ReplayResult::Equal;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return ReplayResult::Failed;
    }
}

}  // namespace romulus
