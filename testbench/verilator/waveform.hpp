// A waveform file of the running model, in the format that it was verilated for.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace romulus {

class Model;

class Waveform {
public:
    Waveform();
    ~Waveform();

    /// @param scope  Instance path below the top, empty for the top itself.
    /// @param depth  Levels below the scope, 1 being the scope alone; 0 for all.
    /// Throws std::runtime_error when the file cannot be written or the model was built without waveforms.
    void open(Model& model, const std::string& file, const std::string& scope, uint32_t depth);
    void enable(bool on) { m_enabled = on; }
    /// Values at a time in picoseconds, which must grow from call to call.
    void dump(uint64_t time);
    void close();

private:
    struct TraceFile;
    std::unique_ptr<TraceFile> m_file;
    bool m_enabled = true;
};

}  // namespace romulus
