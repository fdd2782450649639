// Simulator process of one verilated design.
//
//   model                                   serves requests on standard input, replies on standard output
//   model --replay FILE [--waveform FILE]   re-runs a recording and reports the first difference

#include "protocol.hpp"
#include "replay.hpp"
#include "simulation.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <verilated.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using romulus::Frame;
using romulus::Opcode;

/// Whole reads; false at the end of the stream.
bool readAll(int descriptor, void* target, size_t bytes) {
    char* at = static_cast<char*>(target);
    while (bytes > 0) {
        const ssize_t count = read(descriptor, at, bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += count;
        bytes -= static_cast<size_t>(count);
    }
    return true;
}

bool writeAll(int descriptor, const void* source, size_t bytes) {
    const char* at = static_cast<const char*>(source);
    while (bytes > 0) {
        const ssize_t count = write(descriptor, at, bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += count;
        bytes -= static_cast<size_t>(count);
    }
    return true;
}

bool writeFrame(int descriptor, const std::vector<uint32_t>& frame) {
    return writeAll(descriptor, frame.data(), frame.size() * sizeof(uint32_t));
}

/// Standard output without what the design prints, which goes to standard error instead.
int takeStandardOutput() {
    const int replies = dup(STDOUT_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    return replies;
}

void enlargePipes(int requests, int replies) {
#ifdef F_SETPIPE_SZ
    constexpr int pipeBytes = 1 << 20;
    fcntl(requests, F_SETPIPE_SZ, pipeBytes);
    fcntl(replies, F_SETPIPE_SZ, pipeBytes);
#else
    (void)requests;
    (void)replies;
#endif
}

int serve(VerilatedContext& context) {
    const int requests = STDIN_FILENO;
    const int replies = takeStandardOutput();
    enlargePipes(requests, replies);
    const romulus::Design& design = romulus::design;
    const std::vector<uint32_t> hello{
        6 * sizeof(uint32_t),   static_cast<uint32_t>(Opcode::Hello), romulus::protocolVersion,
        design.portHashLow,     design.portHashHigh,                  design.inputWords,
        design.outputWords,
    };
    if (!writeFrame(replies, hello)) return 1;
    romulus::Simulation simulation{context};
    std::vector<uint32_t> request, reply;
    uint32_t bytes = 0;
    while (readAll(requests, &bytes, sizeof bytes)) {
        if (bytes < sizeof(uint32_t) || bytes % sizeof(uint32_t) != 0 || bytes > romulus::maxFrameBytes) {
            std::fprintf(stderr, "request of %u bytes\n", bytes);
            return 1;
        }
        request.resize(bytes / sizeof(uint32_t));
        if (!readAll(requests, request.data(), bytes)) return 1;
        const Frame frame{static_cast<Opcode>(request[0]), request.data() + 1, request.size() - 1};
        if (frame.opcode == Opcode::Quit) return 0;
        if (simulation.execute(frame, reply) && !writeFrame(replies, reply)) return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    VerilatedContext context;
    context.traceEverOn(true);
    // $stop, $error and $fatal are reported with the cycle instead of ending the process.
    context.fatalOnError(false);
    if (argc == 1) return serve(context);
    const bool waveform = argc == 5 && std::strcmp(argv[3], "--waveform") == 0;
    if ((argc == 3 || waveform) && std::strcmp(argv[1], "--replay") == 0) {
        return static_cast<int>(romulus::replay(context, argv[2], waveform ? argv[4] : ""));
    }
    std::fprintf(stderr, "usage: %s [--replay FILE [--waveform FILE]]\n", argv[0]);
    return 2;
}
