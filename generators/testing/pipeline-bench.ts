import { Random } from '../../src/common/random.js'
import {
  bool,
  cat,
  defineModule,
  input,
  mux,
  output,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { binary32, floatAdder, floatAddStages, floatMultiplier } from '../float/index.js'

const programLength = 256
const queueDepth = 16
const number = uint(32)

/**
 * A design for measuring simulators that resembles a chip with a vector unit: a program in ROM starts one of
 * `pipelines` floating-point pipelines (an adder, a multiplier and an accumulating adder, cut by registers in
 * different places) on words of a memory, whose results go through a queue back into the memory. Most
 * pipelines idle in a given cycle: operand registers have enables.
 *
 * @param seed of the program
 */
export function pipelineBench(pipelines: number, seed = 1) {
  const random = new Random(seed)
  const words = Array.from({ length: programLength }, () => random.bits(40))
  return defineModule(
    `pipeline_bench_u${pipelines}`,
    {
      data_i: input(number),
      load_i: input(bool),
      stall_i: input(bool),
      checksum_o: output(number),
      level_o: output(uint(5)),
    },
    (m, { data_i, load_i, stall_i, checksum_o, level_o }) => {
      const pc = m.register('pc', uint(8), { reset: 0 })
      const go = m.let('go', stall_i.not())
      m.when(go, () => pc.next(pc.add(1).truncate(8)))
      const instruction = m.let('instruction', m.rom('program_rom', { width: 40, words }).read(pc))
      const memory = m.memory('vector_memory', number, { depth: 1024 })
      const a = memory.read('word_a', cat(instruction.bits(17, 10), pc.bits(1, 0)))
      const b = memory.read('word_b', cat(pc.bits(1, 0), instruction.bits(25, 18)))
      const opcode = m.delayed('opcode', instruction.bits(9, 4))
      const isVector = m.delayed('is_vector', go.and(instruction.bit(39)), { reset: false })

      const results: UInt[] = []
      const valids: UInt[] = []
      for (let index = 0; index < pipelines; index++) {
        const start = m.let(`start${index}`, isVector.and(opcode.eq(index % 64)))
        const valid = m.delayed(`valid${index}`, start, { reset: false })
        const [operandA, operandB] = ['a', 'b'].map((name) =>
          m.register(`operand_${name}${index}`, number, { reset: 0 }),
        ) as [
          ReturnType<typeof m.register<typeof number>>,
          ReturnType<typeof m.register<typeof number>>,
        ]
        m.when(start, () => {
          operandA.next(a)
          operandB.next(b)
        })
        const addStages = floatAddStages.filter((_, stage) => ((index >> stage) & 1) === 0)
        const { product_o } = m.instance(
          `u_multiply${index}`,
          floatMultiplier(binary32, ['multiply']),
          {
            a_i: operandA,
            b_i: operandB,
          },
        )
        const { sum_o } = m.instance(`u_add${index}`, floatAdder(binary32, addStages), {
          a_i: product_o,
          b_i: operandB,
        })
        const total = m.register(`total${index}`, number, { reset: 0 })
        const { sum_o: next } = m.instance(`u_accumulate${index}`, floatAdder(binary32), {
          a_i: total,
          b_i: sum_o,
        })
        let done = valid
        for (let stage = 0; stage <= addStages.length; stage++) {
          done = m.delayed(`done${index}_${stage}`, done, { reset: false })
        }
        m.when(done, () => total.next(next))
        results.push(mux(done, total, number.literal(0)))
        valids.push(done.asUInt())
      }

      const push = m.let(
        'push',
        cat(...valids)
          .reduceOr()
          .or(load_i),
      )
      const result = m.let(
        'result',
        mux(
          load_i,
          data_i,
          results.reduce((all, each) => all.or(each)),
        ),
      )
      const queue = m.memory('queue', number, { depth: queueDepth })
      const level = m.register('level', uint(5), { reset: 0 })
      const writeIndex = m.register('write_index', uint(4), { reset: 0 })
      const readIndex = m.register('read_index', uint(4), { reset: 0 })
      const accept = m.let('accept', push.and(level.lt(queueDepth)))
      const pop = m.let('pop', level.ne(0).and(go))
      m.when(accept, () => {
        queue.write(writeIndex, result)
        writeIndex.next(writeIndex.add(1).truncate(4))
      })
      m.when(pop, () => readIndex.next(readIndex.add(1).truncate(4)))
      level.next(level.add(accept.asUInt()).sub(pop.asUInt()).asUnsigned().truncate(5))
      const popped = m.delayed('popped', pop, { reset: false })
      const head = queue.read('head', readIndex)
      const target = m.register('target', uint(10), { reset: 0 })
      const checksum = m.register('checksum', number, { reset: 0 })
      m.when(popped, () => {
        memory.write(target, head)
        target.next(target.add(1).truncate(10))
        checksum.next(cat(checksum.bits(30, 0), checksum.bits(31, 31)).xor(head))
      })
      checksum_o.assign(checksum)
      level_o.assign(level)
    },
  )
}
