import { describe, expect, test } from 'vitest'
import {
  bool,
  cat,
  defineModule,
  input,
  mux,
  output,
  repeat,
  sint,
  uint,
  vec,
} from '../hdl/index.js'
import { emittedText } from './testing/emitted-text.js'

describe('arithmetic', () => {
  test('operands are widened to the width of the result, chains of sums as one expression', () => {
    const module = defineModule(
      'sums',
      {
        a_i: input(uint(8)),
        b_i: input(uint(8)),
        c_i: input(uint(5)),
        sum_o: output(uint(9)),
        wrapped_o: output(uint(8)),
        chain_o: output(uint(11)),
        difference_o: output(sint(9)),
      },
      (_, p) => {
        p.sum_o.assign(p.a_i.add(p.b_i))
        p.wrapped_o.assign(p.a_i.add(p.b_i).add(1).truncate(8))
        p.chain_o.assign(p.a_i.add(p.b_i).add(p.c_i.add(p.a_i)).extend(11))
        p.difference_o.assign(p.a_i.sub(p.c_i))
      },
    )
    expect(emittedText(module)).toMatchInlineSnapshot(`
      "module sums (
        input  logic [7:0]        a_i,
        input  logic [7:0]        b_i,
        input  logic [4:0]        c_i,
        output logic [8:0]        sum_o,
        output logic [7:0]        wrapped_o,
        output logic [10:0]       chain_o,
        output logic signed [8:0] difference_o
      );

        assign sum_o = 9'(a_i) + 9'(b_i);
        assign wrapped_o = a_i + b_i + 8'd1;
        assign chain_o = 11'(a_i) + 11'(b_i) + (11'(c_i) + 11'(a_i));
        assign difference_o = 9'(a_i) - 9'(c_i);

      endmodule
      "
    `)
  })

  test('products are whole in wires of their own, with signed operands where they are signed', () => {
    const module = defineModule(
      'products',
      {
        a_i: input(sint(8)),
        b_i: input(sint(6)),
        u_i: input(uint(6)),
        product_o: output(sint(14)),
        sum_o: output(sint(18)),
        scaled_o: output(sint(12)),
        mixed_o: output(sint(15)),
        low_o: output(sint(8)),
      },
      (_, p) => {
        p.product_o.assign(p.a_i.mul(p.b_i))
        p.sum_o.assign(p.a_i.mul(p.b_i).add(p.b_i.mul(p.b_i)).extend(18))
        p.scaled_o.assign(p.a_i.mul(sint(4).literal(-3)))
        p.mixed_o.assign(p.a_i.mul(p.u_i.toSigned()))
        p.low_o.assign(p.a_i.mul(p.b_i).truncate(8))
      },
    )
    expect(emittedText(module)).toMatchInlineSnapshot(`
      "module products (
        input  logic signed [7:0]  a_i,
        input  logic signed [5:0]  b_i,
        input  logic [5:0]         u_i,
        output logic signed [13:0] product_o,
        output logic signed [17:0] sum_o,
        output logic signed [11:0] scaled_o,
        output logic signed [14:0] mixed_o,
        output logic signed [7:0]  low_o
      );

        assign product_o = a_i * b_i;

        logic signed [13:0] sum_mul;
        logic signed [11:0] sum_mul2;
        assign sum_mul = a_i * b_i;
        assign sum_mul2 = b_i * b_i;
        assign sum_o = 18'(sum_mul) + 18'(sum_mul2);

        assign scaled_o = a_i * -12'sd3;

        logic signed [6:0] mixed_ext;
        assign mixed_ext = 7'(u_i);
        assign mixed_o = a_i * mixed_ext;

        assign low_o = a_i * 8'(b_i);

      endmodule
      "
    `)
  })

  test('a negative constant is subtracted', () => {
    const module = defineModule(
      'steps',
      {
        a_i: input(sint(8)),
        down_o: output(sint(9)),
        up_o: output(sint(9)),
        minus_o: output(sint(9)),
      },
      (_, p) => {
        p.down_o.assign(p.a_i.add(-5))
        p.up_o.assign(p.a_i.sub(-5))
        p.minus_o.assign(p.a_i.neg())
      },
    )
    expect(emittedText(module)).toMatchInlineSnapshot(`
      "module steps (
        input  logic signed [7:0] a_i,
        output logic signed [8:0] down_o,
        output logic signed [8:0] up_o,
        output logic signed [8:0] minus_o
      );

        assign down_o = 9'(a_i) - 9'sd5;
        assign up_o = 9'(a_i) + 9'sd5;
        assign minus_o = -(9'(a_i));

      endmodule
      "
    `)
  })
})

test('bitwise operators, masks in hexadecimal, one-bit conditions with logical operators', () => {
  const module = defineModule(
    'bits_and_flags',
    {
      a_i: input(uint(8)),
      b_i: input(uint(8)),
      go_i: input(bool),
      masked_o: output(uint(8)),
      mixed_o: output(uint(8)),
      chosen_o: output(uint(8)),
      none_o: output(bool),
      odd_o: output(bool),
    },
    (_, p) => {
      p.masked_o.assign(p.a_i.and(0x3c).or(p.b_i))
      p.mixed_o.assign(p.a_i.and(p.b_i).or(p.a_i.not()).xor(p.b_i))
      p.chosen_o.assign(mux(p.go_i.and(p.a_i.lt(p.b_i)), p.a_i, p.b_i))
      p.none_o.assign(p.a_i.reduceOr().not())
      p.odd_o.assign(p.a_i.and(p.b_i).reduceXor().and(p.go_i.not()))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module bits_and_flags (
      input  logic [7:0] a_i,
      input  logic [7:0] b_i,
      input  logic       go_i,
      output logic [7:0] masked_o,
      output logic [7:0] mixed_o,
      output logic [7:0] chosen_o,
      output logic       none_o,
      output logic       odd_o
    );

      assign masked_o = (a_i & 8'h3c) | b_i;
      assign mixed_o = ((a_i & b_i) | ~a_i) ^ b_i;
      assign chosen_o = (go_i && (a_i < b_i)) ? a_i : b_i;
      assign none_o = (a_i == 8'd0);
      assign odd_o = (^(a_i & b_i)) & ~go_i;

    endmodule
    "
  `)
})

test('comparisons are of one sign; those that cannot vary are constants', () => {
  const module = defineModule(
    'comparisons',
    {
      a_i: input(uint(8)),
      b_i: input(uint(6)),
      x_i: input(sint(8)),
      y_i: input(sint(5)),
      unequal_o: output(bool),
      signed_o: output(bool),
      constant_o: output(bool),
      sums_o: output(bool),
      bits_o: output(bool),
      always_o: output(bool),
      never_o: output(bool),
    },
    (_, p) => {
      p.unequal_o.assign(p.a_i.lt(p.b_i))
      p.signed_o.assign(p.x_i.lt(p.y_i))
      p.constant_o.assign(p.x_i.ge(-100))
      p.sums_o.assign(p.x_i.add(p.y_i).lt(p.x_i.sub(p.y_i)))
      p.bits_o.assign(p.x_i.asUnsigned().le(p.y_i.extend(8).asUnsigned()))
      p.always_o.assign(p.a_i.ge(0))
      p.never_o.assign(p.b_i.gt(63).or(p.a_i.extend(9).eq(256)))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module comparisons (
      input  logic [7:0]        a_i,
      input  logic [5:0]        b_i,
      input  logic signed [7:0] x_i,
      input  logic signed [4:0] y_i,
      output logic              unequal_o,
      output logic              signed_o,
      output logic              constant_o,
      output logic              sums_o,
      output logic              bits_o,
      output logic              always_o,
      output logic              never_o
    );

      assign unequal_o = (a_i < 8'(b_i));
      assign signed_o = (x_i < 8'(y_i));
      assign constant_o = (x_i >= -8'sd100);

      logic signed [8:0] sums_add;
      logic signed [8:0] sums_sub;
      assign sums_add = 9'(x_i) + 9'(y_i);
      assign sums_sub = 9'(x_i) - 9'(y_i);
      assign sums_o = (sums_add < sums_sub);

      assign bits_o = ($unsigned(x_i) <= $unsigned(8'(y_i)));
      assign always_o = 1'b1;
      assign never_o = 1'b0;

    endmodule
    "
  `)
})

test('an arithmetic shift stands alone in a signed wire, where no neighbour can take its sign', () => {
  const module = defineModule(
    'shifts',
    {
      s_i: input(sint(12)),
      u_i: input(uint(12)),
      n_i: input(uint(4)),
      far_i: input(uint(40)),
      alone_o: output(sint(12)),
      mixed_o: output(uint(12)),
      far_o: output(uint(12)),
      fixed_o: output(sint(12)),
    },
    (_, p) => {
      p.alone_o.assign(p.s_i.shiftRight(p.n_i))
      p.mixed_o.assign(p.s_i.shiftRight(p.n_i).asUnsigned().xor(p.u_i.shiftLeft(p.n_i)))
      p.far_o.assign(p.u_i.shiftRight(p.far_i))
      p.fixed_o.assign(p.s_i.shr(3).extend(12))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module shifts (
      input  logic signed [11:0] s_i,
      input  logic [11:0]        u_i,
      input  logic [3:0]         n_i,
      input  logic [39:0]        far_i,
      output logic signed [11:0] alone_o,
      output logic [11:0]        mixed_o,
      output logic [11:0]        far_o,
      output logic signed [11:0] fixed_o
    );

      assign alone_o = s_i >>> n_i;

      logic signed [11:0] mixed_shift;
      assign mixed_shift = s_i >>> n_i;
      assign mixed_o = mixed_shift ^ (u_i << n_i);

      assign far_o = (|far_i[39:4]) ? 12'd0 : u_i >> far_i[3:0];
      assign fixed_o = 12'($signed(s_i[11:3]));

    endmodule
    "
  `)
})

test('selects are of names, elements beyond the end read zero, unread bits go to sinks', () => {
  const module = defineModule(
    'selects',
    {
      a_i: input(uint(16)),
      w_i: input(vec(uint(8), 4)),
      v_i: input(vec(uint(5), 6)),
      n_i: input(uint(2)),
      m_i: input(uint(3)),
      byte_o: output(uint(8)),
      fifth_o: output(uint(5)),
      of_sum_o: output(uint(4)),
      joined_o: output(uint(20)),
      sign_o: output(sint(12)),
    },
    (_, p) => {
      p.byte_o.assign(p.w_i.select(p.n_i))
      p.fifth_o.assign(p.v_i.select(p.m_i))
      p.of_sum_o.assign(p.a_i.add(1).bits(7, 4))
      p.joined_o.assign(cat(repeat(p.n_i, 4), p.a_i.bits(15, 12), p.a_i.bits(11, 4)))
      p.sign_o.assign(p.a_i.bits(7, 0).asSigned().extend(12))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module selects (
      input  logic [15:0]        a_i,
      input  logic [31:0]        w_i,
      input  logic [29:0]        v_i,
      input  logic [1:0]         n_i,
      input  logic [2:0]         m_i,
      output logic [7:0]         byte_o,
      output logic [4:0]         fifth_o,
      output logic [3:0]         of_sum_o,
      output logic [19:0]        joined_o,
      output logic signed [11:0] sign_o
    );

      assign byte_o = w_i[{n_i, 3'd0} +: 8];

      logic [4:0] fifth_mul;
      assign fifth_mul = 5'(m_i) * 5'd5;
      assign fifth_o = (m_i < 3'd6) ? v_i[fifth_mul +: 5] : 5'd0;

      logic [7:0] of_sum_add;
      assign of_sum_add = a_i[7:0] + 8'd1;
      assign of_sum_o = of_sum_add[7:4];

      assign joined_o = {{4{n_i}}, a_i[15:4]};
      assign sign_o = 12'($signed(a_i[7:0]));

      logic unused_of_sum_add;
      assign unused_of_sum_add = ^of_sum_add[3:0];

    endmodule
    "
  `)
})

test('a subexpression that is used twice has one wire, named after the target that uses it first', () => {
  const module = defineModule(
    'sharing',
    {
      a_i: input(uint(8)),
      b_i: input(uint(8)),
      first_o: output(uint(9)),
      second_o: output(uint(10)),
      carry_o: output(bool),
    },
    (_, p) => {
      const sum = p.a_i.add(p.b_i)
      p.first_o.assign(sum.xor(1))
      p.second_o.assign(sum.add(sum))
      p.carry_o.assign(sum.bit(8))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module sharing (
      input  logic [7:0] a_i,
      input  logic [7:0] b_i,
      output logic [8:0] first_o,
      output logic [9:0] second_o,
      output logic       carry_o
    );

      logic [8:0] first_add;
      assign first_add = 9'(a_i) + 9'(b_i);
      assign first_o = first_add ^ 9'd1;

      assign second_o = 10'(first_add) + 10'(first_add);
      assign carry_o = first_add[8];

    endmodule
    "
  `)
})

test('long expressions are broken behind operators, conditionals arm by arm', () => {
  const module = defineModule(
    'long_lines',
    {
      first_operand_i: input(uint(32)),
      second_operand_i: input(uint(32)),
      third_operand_i: input(uint(32)),
      choose_first_i: input(bool),
      choose_second_i: input(bool),
      combined_result_o: output(uint(32)),
      chosen_result_o: output(uint(32)),
      constant_o: output(uint(600)),
    },
    (_, p) => {
      const { first_operand_i: a, second_operand_i: b, third_operand_i: c } = p
      p.combined_result_o.assign(a.and(b).or(b.and(c)).or(c.and(a)).xor(a.or(b).or(c)))
      p.chosen_result_o.assign(
        mux(p.choose_first_i, a.xor(c), mux(p.choose_second_i, b.xor(c), a.and(b).and(c))),
      )
      p.constant_o.assign((1n << 599n) + 5n)
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module long_lines (
      input  logic [31:0]  first_operand_i,
      input  logic [31:0]  second_operand_i,
      input  logic [31:0]  third_operand_i,
      input  logic         choose_first_i,
      input  logic         choose_second_i,
      output logic [31:0]  combined_result_o,
      output logic [31:0]  chosen_result_o,
      output logic [599:0] constant_o
    );

      assign combined_result_o = ((first_operand_i & second_operand_i) |
          (second_operand_i & third_operand_i) | (third_operand_i & first_operand_i)) ^
          (first_operand_i | second_operand_i | third_operand_i);
      assign chosen_result_o = choose_first_i ? first_operand_i ^ third_operand_i :
          choose_second_i ? second_operand_i ^ third_operand_i :
          first_operand_i & second_operand_i & third_operand_i;
      assign constant_o = {256'h8000000000000000000000000000000000000000000000000000000000000000,
          256'd0, 88'd5};

    endmodule
    "
  `)
})
