import { bool, defineModule, input, output, uint } from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { shiftedIn, signatureBits } from './signature-register.js'

/** The ROMs of a chip by where their addresses come from, each with its depth. */
export interface TestedDepths {
  readonly program: number
  readonly code: number
  readonly scale: number
  readonly embeddingCode: number
  readonly embeddingScale: number
  readonly norm: number
  readonly rotation: number
}

export interface SelfTestParameters {
  readonly depths: TestedDepths
  /** Clock edges from an address at `address_o` to its word at a signature, at the most. */
  readonly lastSample: number
  /** Clock edges from `shift_o` to the shift whose bit comes in `chain_i`. */
  readonly chain: number
}

/**
 * Takes a self-test through the addresses of all ROMs at a time, and gets their signatures off the chain: docs/self-test.md.
 * It starts after `start_i`, as soon as `idle_i`; meanwhile and until it is done, `running_o` holds new requests back. Then
 * `signature_o` has the first signature, and one more `signatureBits + chain` cycles after each `next_i`; `shifting_o` until
 * it is there.
 */
export function selfTestControl({ depths, lastSample, chain }: SelfTestParameters) {
  const deepest = Math.max(...Object.values(depths))
  const address = indexType(deepest)
  return defineModule(
    `self_test_control_d${deepest}`,
    {
      start_i: input(bool),
      idle_i: input(bool),
      next_i: input(bool),
      chain_i: input(bool),
      address_o: output(address),
      program_o: output(bool),
      code_o: output(bool),
      scale_o: output(bool),
      embedding_code_o: output(bool),
      embedding_scale_o: output(bool),
      norm_o: output(bool),
      rotation_o: output(bool),
      clear_o: output(bool),
      shift_o: output(bool),
      running_o: output(bool),
      done_o: output(bool),
      shifting_o: output(bool),
      signature_o: output(uint(signatureBits)),
    },
    (m, ports) => {
      const phase = m.stateMachine('phase', ['idle', 'sweep', 'flush', 'shift'], {
        initial: 'idle',
      })
      const requested = m.register('requested', bool, { reset: false })
      const done = m.register('done', bool, { reset: false })
      const word = new Counter(m, 'address', deepest)
      const flushed = new Counter(m, 'flush_cycle', lastSample)
      const shifted = new Counter(m, 'shift_cycle', signatureBits + chain)
      const starts = m.let('starts', requested.and(phase.is('idle')).and(ports.idle_i))
      m.when(ports.start_i, () => requested.next(true))
      phase.define({
        idle: () =>
          m
            .when(starts, () => {
              requested.next(false)
              done.next(false)
              phase.goto('sweep')
            })
            .elseWhen(ports.next_i, () => phase.goto('shift')),
        sweep: () => word.advance(word.is(deepest - 1), () => phase.goto('flush')),
        flush: () => flushed.advance(flushed.is(lastSample - 1), () => phase.goto('shift')),
        shift: () =>
          shifted.advance(shifted.is(signatureBits + chain - 1), () => {
            done.next(true)
            phase.goto('idle')
          }),
      })
      const reads = (depth: number) =>
        depth === deepest ? phase.is('sweep') : phase.is('sweep').and(word.value.lt(depth))
      ports.address_o.assign(word.value)
      ports.program_o.assign(reads(depths.program))
      ports.code_o.assign(reads(depths.code))
      ports.scale_o.assign(reads(depths.scale))
      ports.embedding_code_o.assign(reads(depths.embeddingCode))
      ports.embedding_scale_o.assign(reads(depths.embeddingScale))
      ports.norm_o.assign(reads(depths.norm))
      ports.rotation_o.assign(reads(depths.rotation))
      ports.clear_o.assign(starts)
      const isShift = phase.is('shift')
      const shift = m.let(
        'shift',
        chain === 0 ? isShift : isShift.and(shifted.value.lt(signatureBits)),
      )
      ports.shift_o.assign(shift)
      ports.running_o.assign(requested.or(done.not().and(phase.is('idle').not())))
      ports.done_o.assign(done.and(requested.not()))
      ports.shifting_o.assign(phase.is('shift'))

      const signature = m.register('signature', uint(signatureBits), { reset: 0 })
      const arrives = new DelayLine(m, 'arrives', shift, { reset: false }).after(chain)
      m.when(arrives, () => signature.next(shiftedIn(signature, ports.chain_i)))
      ports.signature_o.assign(signature)
    },
    {
      parameters: { ...depths, lastSample, chain },
      documentation: 'Addresses of the self-test, and the signatures of the ROMs one by one',
    },
  )
}
