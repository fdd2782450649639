import { type Bool, type ModuleBuilder, repeat, type SInt, type UInt } from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { sumWithCarries } from '../common/carry-tree.js'

/**
 * How codes are multiplied by activations.
 * - `digits`: codes less `2^(B-1)`, in radix-4 digits -2..2 (O. L. MacSorley, High-speed arithmetic in binary
 *   computers, 1961), each of which selects 0, m or 2m and its negative; one adder tree a digit. A quarter
 *   fewer transistors than `multiply`: see docs/l-unit.md.
 * - `multiply`: one `*` a lane and one adder tree; simulators are fastest on it.
 * - `select`: ternary codes, each of which selects 0, m or -m; one adder tree. Bit 0 of a code says that it is not zero,
 *   bit 1 that it is negative; of a zero bit 1 has no effect.
 */
export type ProductForm = 'digits' | 'multiply' | 'select'

/** The operands of a sum of products, one of each a lane. */
export interface ProductOperands {
  /** B bits, unsigned. */
  readonly codes: readonly UInt[]
  readonly mantissas: readonly SInt[]
}

/** What the form takes off every code. */
export function codeOffset(form: ProductForm, bits: number): number {
  return form === 'digits' ? 2 ** (bits - 1) : 0
}

/**
 * The exact sum over the lanes of code, less {@link codeOffset}, or of trit, times mantissa.
 *
 * @param registered there is a register between products and adder tree
 */
export function sumOfProducts(
  m: ModuleBuilder,
  form: ProductForm,
  { codes, mantissas }: ProductOperands,
  registered: boolean,
): SInt {
  const kept = <S extends Bool | SInt>(name: string, value: S) =>
    registered ? m.delayed(name, value) : value
  if (form === 'multiply') {
    const products = mantissas.map((mantissa, lane) => {
      const code = codes[lane]!
      const product = code.toSigned().mul(mantissa)
      return kept(`product${lane}`, product.truncate(code.width + mantissa.width))
    })
    return balancedTree<SInt>(products, (a, b) => a.add(b))
  }
  if (form === 'select') {
    const selected = codes.map((code, lane) => selectSigned(code, mantissas[lane]!))
    return sumOfSelected(selected, 'trit', kept)
  }
  const digitCount = codes[0]!.width / 2
  const digits = Array.from({ length: digitCount }, (_, digit) => {
    const selected = codes.map((code, lane) => selectMultiple(code, digit, mantissas[lane]!))
    return sumOfSelected(selected, `digit${digit}`, kept)
  })
  return digits.reduceRight((higher, lower) => higher.shl(2).add(lower))
}

/** A product as `value + isNegative`. */
interface Selected {
  readonly value: SInt
  readonly isNegative: Bool
}

function sumOfSelected(
  selected: readonly Selected[],
  name: string,
  kept: <S extends Bool | SInt>(name: string, value: S) => S,
): SInt {
  const values = selected.map(({ value }, lane) => kept(`${name}_value${lane}`, value))
  const negations = selected.map(({ isNegative }, lane) =>
    kept(`${name}_negative${lane}`, isNegative),
  )
  const { sum, left } = sumWithCarries(values, negations)
  return left.reduce<SInt>((total, carry) => total.add(carry.asUInt().toSigned()), sum)
}

function selectSigned(code: UInt, mantissa: SInt): Selected {
  const isNegative = code.bit(0).and(code.bit(1))
  const isPositive = code.bit(0).and(code.bit(1).not())
  const value = onlyIf(isPositive, mantissa).or(onlyIf(isNegative, mantissa.not()))
  return { value, isNegative }
}

/**
 * Digit `digit` of a code less `2^(B-1)` times a mantissa, as `value + isNegative`. With the top bit of the
 * code inverted the difference is two's complement, whose digits are `-2 b[2d+1] + b[2d] + b[2d-1]`.
 */
function selectMultiple(code: UInt, digit: number, mantissa: SInt): Selected {
  const isTop = 2 * digit + 2 === code.width
  const high = isTop ? code.bit(2 * digit + 1).not() : code.bit(2 * digit + 1)
  const middle = code.bit(2 * digit)
  const low = digit === 0 ? undefined : code.bit(2 * digit - 1)
  const isOdd = low === undefined ? middle : middle.xor(low)
  const isTwo = high.xor(middle).and(isOdd.not())
  const single = onlyIf(isOdd, mantissa.extend(mantissa.width + 1))
  const double = onlyIf(isTwo, mantissa.shl(1))
  const magnitude = single.or(double)
  return { value: magnitude.xor(spread(high, magnitude.width)), isNegative: high }
}

function onlyIf(condition: Bool, value: SInt): SInt {
  return value.and(spread(condition, value.width))
}

function spread(bit: Bool, width: number): SInt {
  return repeat(bit, width).asSigned()
}
