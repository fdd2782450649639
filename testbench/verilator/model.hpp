// What the harness needs to know of one verilated design; model.cpp.in implements it for each.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

class VerilatedContext;

namespace romulus {

enum class PortKind : uint32_t { Clock, Reset, Data, Output };

struct Port {
    const char* name;
    PortKind kind;
    uint32_t width;
    /// First word in the input or output record; 0 for clocks.
    uint32_t offset;

    uint32_t words() const { return (width + 31) / 32; }
};

struct Design {
    const char* name;
    const Port* ports;
    uint32_t portCount;
    uint32_t inputWords;
    uint32_t outputWords;
    uint32_t portHashLow;
    uint32_t portHashHigh;
    /// Whether some state changes at a falling edge: then the fall of a clock must settle before inputs
    /// change, otherwise both can share one evaluation.
    bool fallingEdges;
};

extern const Design design;

/// The verilated model behind record-wise access to its ports.
class Model {
public:
    static std::unique_ptr<Model> create(VerilatedContext& context);

    virtual ~Model() = default;
    virtual void eval() = 0;
    /// Drives all data and reset inputs; bits above a port's width are ignored.
    virtual void applyInputs(const uint32_t* record) = 0;
    virtual void readOutputs(uint32_t* record) const = 0;
    virtual void setClock(uint32_t port, bool level) = 0;
    /// Runs the design's final blocks.
    virtual void finish() = 0;
    /// Registers the design's signals with a `VerilatedVcdC` or `VerilatedFstC`.
    virtual void trace(void* traceFile) = 0;
};

}  // namespace romulus
