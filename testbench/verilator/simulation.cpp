#include "simulation.hpp"

#include <verilated.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace romulus {
namespace {

constexpr uint64_t halfPeriod = 5000;  // ps

[[noreturn]] void malformed(const char* what) {
    throw std::runtime_error(std::string{"malformed request: "} + what);
}

void expectWords(const Frame& request, uint64_t words) {
    if (request.words != words) malformed("length");
}

const Port& portAt(uint32_t index) {
    if (index >= design.portCount) malformed("port index");
    return design.ports[index];
}

void expectClock(uint32_t index) {
    if (portAt(index).kind != PortKind::Clock) malformed("not a clock port");
}

bool hasReply(Opcode opcode) {
    switch (opcode) {
    case Opcode::Poke:
    case Opcode::Step:
    case Opcode::WaveEnable: return false;
    default: return true;
    }
}

void beginFrame(std::vector<uint32_t>& frame, Opcode opcode) {
    frame.assign({0, static_cast<uint32_t>(opcode)});
}

void endFrame(std::vector<uint32_t>& frame) {
    frame[0] = static_cast<uint32_t>((frame.size() - 1) * sizeof(uint32_t));
}

void appendText(std::vector<uint32_t>& frame, const std::string& text) {
    frame.push_back(static_cast<uint32_t>(text.size()));
    const size_t at = frame.size();
    frame.resize(at + (text.size() + 3) / 4, 0);
    std::memcpy(frame.data() + at, text.data(), text.size());
}

}  // namespace

template <typename Action>
void Simulation::attempt(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        m_failure = error.what();
        endWaveform();
    }
}

Simulation::Simulation(VerilatedContext& context)
    : m_context{context},
      m_model{Model::create(context)},
      m_inputs(design.inputWords, 0),
      m_outputs(design.outputWords, 0) {
    attempt([this] { assertResets(); });
}

Simulation::~Simulation() {
    endWaveform();
    m_model->finish();
}

// Asynchronous resets act at an edge, of either direction: low, high, low.
void Simulation::assertResets() {
    eval();
    for (uint32_t i = 0; i < design.portCount; ++i) {
        const Port& port = design.ports[i];
        if (port.kind == PortKind::Reset) {
            std::fill_n(m_inputs.begin() + port.offset, port.words(), ~0u);
        }
    }
    m_model->applyInputs(m_inputs.data());
    eval();
    std::fill(m_inputs.begin(), m_inputs.end(), 0);
    settle();
}

bool Simulation::execute(const Frame& request, std::vector<uint32_t>& reply) {
    beginFrame(reply, Opcode::Values);
    if (m_failure.empty()) attempt([&] { perform(request, reply); });
    if (!m_failure.empty()) {
        beginFrame(reply, Opcode::Error);
        appendText(reply, m_failure);
    }
    endFrame(reply);
    return hasReply(request.opcode);
}

void Simulation::perform(const Frame& request, std::vector<uint32_t>& values) {
    switch (request.opcode) {
    case Opcode::Poke: poke(request); return;
    case Opcode::Step: {
        expectWords(request, 2);
        expectClock(request.payload[0]);
        for (uint32_t i = 0; i < request.payload[1]; ++i) cycle(request.payload[0]);
        return;
    }
    case Opcode::Peek: {
        expectWords(request, 1);
        const Port& port = portAt(request.payload[0]);
        const uint32_t* const value = valueOf(request.payload[0]);
        values.insert(values.end(), value, value + port.words());
        return;
    }
    case Opcode::PeekOutputs:
        expectWords(request, 0);
        settle();
        m_model->readOutputs(m_outputs.data());
        values.insert(values.end(), m_outputs.begin(), m_outputs.end());
        return;
    case Opcode::Run: run(request, values); return;
    case Opcode::RunUntil: runUntil(request, values); return;
    case Opcode::WaveOpen: openWaveform(request); return;
    case Opcode::WaveEnable:
        expectWords(request, 1);
        m_waveform.enable(request.payload[0] != 0);
        return;
    default: malformed("opcode");
    }
}

void Simulation::poke(const Frame& request) {
    if (request.words < 1) malformed("length");
    const Port& port = portAt(request.payload[0]);
    if (port.kind != PortKind::Data && port.kind != PortKind::Reset) malformed("not an input port");
    expectWords(request, 1 + port.words());
    std::copy_n(request.payload + 1, port.words(), m_inputs.begin() + port.offset);
    m_settled = false;
}

void Simulation::run(const Frame& request, std::vector<uint32_t>& outputs) {
    if (request.words < 2) malformed("length");
    const uint32_t clock = request.payload[0];
    const uint32_t cycles = request.payload[1];
    expectClock(clock);
    expectWords(request, 2 + static_cast<uint64_t>(cycles) * design.inputWords);
    const size_t start = outputs.size();
    outputs.resize(start + static_cast<size_t>(cycles) * design.outputWords);
    for (uint32_t i = 0; i < cycles; ++i) {
        const uint32_t* const record = request.payload + 2 + static_cast<size_t>(i) * design.inputWords;
        std::copy_n(record, design.inputWords, m_inputs.begin());
        m_settled = false;
        settle();
        m_model->readOutputs(outputs.data() + start + static_cast<size_t>(i) * design.outputWords);
        cycle(clock);
    }
}

void Simulation::runUntil(const Frame& request, std::vector<uint32_t>& values) {
    if (request.words < 3) malformed("length");
    const uint32_t clock = request.payload[0];
    const Port& port = portAt(request.payload[1]);
    const uint32_t mostCycles = request.payload[2];
    expectClock(clock);
    if (port.kind != PortKind::Output) malformed("not an output port");
    expectWords(request, 3 + port.words());
    const uint32_t* const wanted = request.payload + 3;
    for (uint32_t done = 0;; ++done) {
        const uint32_t* const value = valueOf(request.payload[1]);
        const bool reached = std::equal(value, value + port.words(), wanted);
        if (reached || done == mostCycles) {
            values.insert(values.end(), {reached ? 1u : 0u, done});
            return;
        }
        cycle(clock);
    }
}

void Simulation::openWaveform(const Frame& request) {
    if (request.words < 3) malformed("length");
    const uint32_t depth = request.payload[0];
    const uint64_t fileBytes = request.payload[1];
    const uint64_t scopeBytes = request.payload[2];
    expectWords(request, 3 + (fileBytes + scopeBytes + 3) / 4);
    const char* const text = reinterpret_cast<const char*>(request.payload + 3);
    m_waveform.open(*m_model, std::string(text, fileBytes), std::string(text + fileBytes, scopeBytes),
                    depth);
}

/// The settled value of a port; clocks are low between cycles.
const uint32_t* Simulation::valueOf(uint32_t index) {
    static const uint32_t low = 0;
    const Port& port = portAt(index);
    settle();
    switch (port.kind) {
    case PortKind::Clock: return &low;
    case PortKind::Output: m_model->readOutputs(m_outputs.data()); return m_outputs.data() + port.offset;
    default: return m_inputs.data() + port.offset;
    }
}

void Simulation::settle() {
    if (m_settled) return;
    m_model->applyInputs(m_inputs.data());
    eval();
    m_settled = true;
}

void Simulation::cycle(uint32_t clock) {
    settle();
    m_waveform.dump(m_time);
    m_time += halfPeriod;
    m_context.time(m_time);
    m_model->setClock(clock, true);
    eval();
    m_waveform.dump(m_time);
    m_time += halfPeriod;
    m_context.time(m_time);
    m_model->setClock(clock, false);
    m_settled = false;
    ++m_cycles;
    if (design.fallingEdges) settle();
}

void Simulation::eval() {
    m_model->eval();
    if (!m_context.gotFinish()) return;
    std::fflush(stdout);
    throw std::runtime_error("the design stopped the simulation in cycle " + std::to_string(m_cycles));
}

void Simulation::endWaveform() {
    try {
        settle();
    } catch (const std::exception&) {
        // A design that stopped is as settled as it gets.
    }
    m_waveform.dump(m_time);
    m_waveform.close();
}

}  // namespace romulus
