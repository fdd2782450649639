module counter (  // @[examples/counter.ts:4]
  input  logic       clk_i,     // @[examples/counter.ts:4]
  input  logic       rst_ni,    // @[examples/counter.ts:4]
  input  logic       enable_i,  // @[examples/counter.ts:6]
  output logic [7:0] count_o    // @[examples/counter.ts:6]
);

  logic [7:0] count_d;
  logic [7:0] count_q;  // @[examples/counter.ts:8]

  always_comb begin  // @[examples/counter.ts:9]
    count_d = count_q;
    if (enable_i) begin
      count_d = count_q + 8'd1;
    end
  end

  assign count_o = count_q;  // @[examples/counter.ts:12]

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= 8'd0;
    end else begin
      count_q <= count_d;
    end
  end

endmodule
