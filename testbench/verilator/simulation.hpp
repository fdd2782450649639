// Executes requests on the verilated model.

#pragma once

#include "model.hpp"
#include "protocol.hpp"
#include "waveform.hpp"

#include <memory>
#include <string>
#include <vector>

class VerilatedContext;

namespace romulus {

/// One run of the design. A cycle takes 10 ns: inputs change at its start, the clock rises in the middle
/// and falls at its end.
class Simulation {
public:
    explicit Simulation(VerilatedContext& context);
    ~Simulation();

    /// Executes one request. True when it has a reply, which is then a complete frame in `reply`.
    /// After a failure, such as a $stop of the design, every reply is the error.
    bool execute(const Frame& request, std::vector<uint32_t>& reply);

    /// Rising edges so far.
    uint64_t cycles() const { return m_cycles; }

private:
    /// Remembers an exception as the failure that all later requests are answered with.
    template <typename Action>
    void attempt(Action action);
    void perform(const Frame& request, std::vector<uint32_t>& values);
    void poke(const Frame& request);
    void run(const Frame& request, std::vector<uint32_t>& outputs);
    void runUntil(const Frame& request, std::vector<uint32_t>& values);
    void openWaveform(const Frame& request);

    void assertResets();
    void settle();
    void cycle(uint32_t clock);
    void eval();
    void endWaveform();
    const uint32_t* valueOf(uint32_t port);

    VerilatedContext& m_context;
    std::unique_ptr<Model> m_model;
    Waveform m_waveform;
    std::vector<uint32_t> m_inputs;
    std::vector<uint32_t> m_outputs;
    std::string m_failure;
    uint64_t m_time = 0;
    uint64_t m_cycles = 0;
    bool m_settled = false;
};

}  // namespace romulus
