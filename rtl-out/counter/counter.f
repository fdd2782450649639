counter.sv
