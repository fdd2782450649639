#include "waveform.hpp"

#include "model.hpp"

#include <verilated.h>
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#elif VM_TRACE
#include <verilated_vcd_c.h>
#endif

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace romulus {

#if VM_TRACE

namespace {

bool declaresSignals(const std::string& vcdFile) {
    std::ifstream vcd{vcdFile};
    for (std::string line; std::getline(vcd, line);) {
        if (line.find("$var") != std::string::npos) return true;
        if (line.find("$enddefinitions") != std::string::npos) return false;
    }
    return false;
}

}  // namespace

struct Waveform::TraceFile {
#if VM_TRACE_FST
    VerilatedFstC writer;
#else
    VerilatedVcdC writer;
#endif
};

void Waveform::open(Model& model, const std::string& file, const std::string& scope, uint32_t depth) {
    constexpr int allLevels = 1000;
    m_file = std::make_unique<TraceFile>();
    model.trace(&m_file->writer);
    const std::string path = "romulus_bench.dut" + (scope.empty() ? "" : "." + scope);
    const int levels = depth == 0 ? allLevels : static_cast<int>(depth);
    // The model's own scope, TOP, is part of the name in some versions of Verilator only.
    m_file->writer.dumpvars(levels, path);
    m_file->writer.dumpvars(levels, "TOP." + path);
    errno = 0;
    m_file->writer.open(file.c_str());
    if (!m_file->writer.isOpen()) {
        const std::string reason = errno == 0 ? "unknown reason" : std::strerror(errno);
        m_file.reset();
        throw std::runtime_error("cannot write the waveform: " + reason);
    }
#if !VM_TRACE_FST
    m_file->writer.flush();
    if (!declaresSignals(file)) throw std::runtime_error("no signals in the scope " + scope);
#endif
}

void Waveform::dump(uint64_t time) {
    if (m_file && m_enabled) m_file->writer.dump(time);
}

void Waveform::close() {
    if (m_file) m_file->writer.close();
    m_file.reset();
}

#else

struct Waveform::TraceFile {};

void Waveform::open(Model&, const std::string&, const std::string&, uint32_t) {
    throw std::runtime_error("the model was built without waveforms");
}

void Waveform::dump(uint64_t) {}

void Waveform::close() {}

#endif

Waveform::Waveform() = default;
Waveform::~Waveform() { close(); }

}  // namespace romulus
