create_clock -name clk_i -period 2 [get_ports {clk_i}]
set_false_path -from [get_ports {rst_ni}]
