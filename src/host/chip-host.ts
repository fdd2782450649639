import { InputError } from '../common/input-error.js'
import { type AdapterStatus, adapterStatuses } from '../compiler/adapter-frame.js'
import {
  adapterStatusBits,
  chipId,
  controlBits,
  selfTestBits,
  statusBits,
} from '../compiler/register-map.js'
import type { SelfTestBank } from '../compiler/self-test.js'
import type { Engine } from '../sim/index.js'
import { ChipPins } from './chip-pins.js'
import type { Sampler } from './sampling.js'

/** Cycles between looks at a self-test. */
const selfTestWait = 64

/** Words of an adapter that are sent at a time. */
const batchWords = 4096

export interface ChipOptions {
  /** Cycles after which a handshake is given up; a million by default. */
  readonly patience?: number
}

/** Resets the chip that an engine simulates and gives its host. @throws Error when it is none of Romulus */
export function openChip(engine: Engine, { patience }: ChipOptions = {}): ChipHost {
  return new ChipHost(new ChipPins(engine, patience))
}

export interface AnswerOptions {
  /** Tokens of the answer at the most; by default it ends when the cache is full. */
  readonly maxTokens?: number
  /** A token that ends the answer. */
  readonly stopToken?: number
  /** Chooses the tokens; by default the chip does, and takes the largest logit. */
  readonly sampler?: Sampler
  /** Reads the logits, as a sampler does too. */
  readonly logits?: boolean
  /**
   * The adapter that a token is computed with, for each token of prompt and answer by its position in the text; by
   * default the one that is selected. Asked once for each, in their order, at the latest when the token two before is taken.
   */
  readonly adapterAt?: (position: number) => AdapterSlot
}

/** A slot for adapters, or none. */
export type AdapterSlot = 0 | 1 | undefined

/** A token of an answer. */
export interface AnsweredToken {
  readonly token: number
  /** Whether the answer ends with it. */
  readonly last: boolean
  /** What the chip itself chose: the first of the largest logits. */
  readonly chipToken: number
  /** Position in the text of the token before it, to which the logits belong. */
  readonly position: number
  /** Clock cycles from the transfer of the prompt's last token, or of the sampled token before; else from the token before. */
  readonly cycles: number
  /** One for each token of the vocabulary, when they were read. */
  readonly logits?: Float32Array
}

export interface ChipStatus {
  /** A prompt or an answer is under way. */
  readonly busy: boolean
  /** The last prompt did not fit the cache and was swallowed. */
  readonly promptOverflow: boolean
  /** Of the last token that the chip took in. */
  readonly position: number
}

export interface AdapterSlotStatus {
  /** For each slot, whether it holds an adapter. */
  readonly loaded: readonly [boolean, boolean]
  /** A frame is under way. */
  readonly loading: boolean
  /** The slot that the token under way uses. */
  readonly inUse: AdapterSlot
  /** What became of the last frame, or becomes of the one under way. */
  readonly lastFrame: AdapterStatus
  /** Frames so far, modulo 256. */
  readonly frames: number
}

/** A bank after a self-test. */
export interface TestedBank extends SelfTestBank {
  /** The signature that the chip computed. */
  readonly read: number
  /** It is the expected one; undefined when none is. */
  readonly isRight?: boolean
}

/**
 * Drives a chip. The text of its cache is known here: a request that does not fit is refused before anything is sent.
 *
 * An answer that is left before its end is ended by the next request, and counts as far as it was taken.
 */
export class ChipHost {
  /** Positions of the chip's cache. */
  readonly context: number
  /** Tokens are smaller than this. */
  readonly vocabulary: number
  #cachedTokens = 0
  /** The last token of the text, when it is not in the cache. */
  #pending: number | undefined
  /** Tokens that came of an answer which the chip goes on with; the last of them is still offered. */
  #running = 0
  #keepsCache = false
  #requests = 0
  #start = 0
  #isLoading = false
  #selected: AdapterSlot
  /** What is selected came of `adapterAt`, and no token was seen with it yet. */
  #isNewSlot = false

  /** @throws Error when the chip is none of Romulus */
  constructor(private readonly pins: ChipPins) {
    this.reset()
    const id = pins.readRegister('ID')
    if (id !== chipId) throw new Error(`no chip of Romulus: its ID is 0x${id.toString(16)}`)
    this.context = pins.readRegister('CONTEXT')
    this.vocabulary = pins.readRegister('VOCABULARY')
  }

  /** Tokens of the text that are in the cache. */
  get cachedTokens(): number {
    return this.#cachedTokens
  }

  /** Resets the chip; its cache counts as empty. */
  reset(): void {
    this.pins.reset()
    this.#cachedTokens = 0
    this.#pending = undefined
    this.#running = 0
    this.#keepsCache = false
    this.#isLoading = false
    this.#selected = undefined
    this.#isNewSlot = false
    this.#requests++
  }

  /** Loads an adapter from its frame. @throws Error with the chip's reason when it refuses the frame */
  loadAdapter(frame: Uint32Array): void {
    this.startLoading(frame)
    while (this.loadWords(batchWords) > 0);
  }

  /**
   * Hands an adapter's frame over. Its words are sent while the host waits for tokens, and by {@link loadWords}; the token
   * during which the chip refuses it throws an Error with the chip's reason.
   */
  startLoading(frame: Uint32Array): void {
    this.pins.startAdapter(frame)
    this.#isLoading = true
  }

  /**
   * Sends words of the frame that was handed over, between two answers: what the chip gives meanwhile is not seen.
   *
   * @returns how many words are left
   * @throws Error with the chip's reason when it refuses the frame
   */
  loadWords(count: number): number {
    this.pins.sendAdapterWords(count)
    this.#endLoading()
    return this.pins.adapterWordsLeft
  }

  /** Looks what became of a frame that is sent. */
  #endLoading(): void {
    if (!this.#isLoading || this.pins.adapterWordsLeft > 0) return
    this.#isLoading = false
    this.pins.step()
    const { lastFrame } = this.adapterStatus()
    if (lastFrame !== 'loaded') throw new Error(`the chip refuses the adapter: ${lastFrame}`)
  }

  /** Chooses the adapter of slot 0 or 1, or none, from the next token on that starts. */
  selectAdapter(slot: AdapterSlot): void {
    this.pins.writeRegister('ADAPTER_SELECT', slot === undefined ? 0 : slot + 1)
    this.#selected = slot
  }

  /** Asks a chip that has adapters. */
  adapterStatus(): AdapterSlotStatus {
    const word = this.pins.readRegister('ADAPTER_STATUS')
    const { status, loaded, loading, inUse, slot, frames } = adapterStatusBits
    return {
      loaded: [isSet(word, loaded), isSet(word, loaded + 1)],
      loading: isSet(word, loading),
      inUse: isSet(word, inUse) ? (isSet(word, slot) ? 1 : 0) : undefined,
      lastFrame: adapterStatuses[(word >>> status) & 15]!,
      frames: (word >>> frames) & 255,
    }
  }

  /** Asks the chip; takes a few clock cycles. */
  status(): ChipStatus {
    const word = this.pins.readRegister('STATUS')
    return {
      busy: isSet(word, statusBits.busy),
      promptOverflow: isSet(word, statusBits.promptOverflow),
      position: this.pins.readRegister('POSITION'),
    }
  }

  /**
   * Tests the ROMs. An answer that was left before its end is ended; the text in the cache stays.
   *
   * @param banks what the chip must give, as its manifest has it (`selfTest` of a generated chip)
   * @returns them with what the chip gives
   * @throws Error when the chip has no self-test, another number of banks, is busy, or does not end the test
   */
  selfTest(banks: readonly SelfTestBank[]): TestedBank[] {
    const count = this.pins.readRegister('SELF_TEST_BANKS')
    if (count === 0) throw new Error('the chip has no self-test')
    if (count !== banks.length) throw new Error(`the chip has ${count} banks, not ${banks.length}`)
    this.#endAnswer()
    if (this.status().busy) throw new Error('the chip is busy with a request')
    this.pins.writeRegister('SELF_TEST', 1)
    for (let waited = 0; !isSet(this.pins.readRegister('SELF_TEST'), selfTestBits.done); ) {
      if (waited > this.pins.patience) {
        throw new Error(`the self-test is not done after ${waited} cycles`)
      }
      this.pins.step(selfTestWait)
      waited += selfTestWait
    }
    return banks.map((bank) => {
      const read = this.pins.readRegister('SELF_TEST_SIGNATURE')
      const isRight = bank.signature === undefined ? undefined : read === bank.signature
      return { ...bank, read, ...(isRight === undefined ? {} : { isRight }) }
    })
  }

  /**
   * Starts a text with a prompt and gives the tokens of its answer as they come.
   *
   * @throws InputError for a prompt that is empty, too long or no tokens, and for options out of range; Error for a chip
   * that does not answer
   */
  *generate(
    prompt: readonly number[],
    options: AnswerOptions = {},
  ): Generator<AnsweredToken, void, undefined> {
    this.#check(prompt, 0, options)
    this.#endAnswer()
    this.#cachedTokens = 0
    yield* this.#answer(prompt, false, options)
  }

  /**
   * Goes on with the text: everything before, with the last answer as far as it was taken, and the prompt, which may be
   * empty behind an answer. As {@link generate} else.
   */
  *continueText(
    prompt: readonly number[],
    options: AnswerOptions = {},
  ): Generator<AnsweredToken, void, undefined> {
    this.#endAnswer()
    const tokens = this.#pending === undefined ? prompt : [this.#pending, ...prompt]
    this.#check(tokens, this.#cachedTokens, options)
    yield* this.#answer(tokens, true, options)
  }

  /** Ends the answer that the chip goes on with: the token under way becomes its last one, and is given up. */
  #endAnswer(): void {
    if (this.#running === 0) return
    this.pins.writeRegister('MAX_TOKENS', this.#running + 1)
    this.pins.takeToken()
    this.pins.waitForToken()
    this.pins.takeToken()
    this.#cachedTokens++
    this.#pending = undefined
    this.#running = 0
  }

  *#answer(
    prompt: readonly number[],
    continues: boolean,
    options: AnswerOptions,
  ): Generator<AnsweredToken, void, undefined> {
    const { sampler, stopToken, maxTokens = 0 } = options
    const request = ++this.#requests
    this.pins.writeRegister('MAX_TOKENS', sampler === undefined ? maxTokens : 1)
    const stop = sampler === undefined && stopToken !== undefined ? 2 ** 31 + stopToken : 0
    this.pins.writeRegister('STOP_TOKEN', stop)
    this.#send(prompt, continues, options)
    if (sampler === undefined) this.#selectFor(this.#cachedTokens, options)
    for (let count = 1; ; count++) {
      const { token: chipToken, last: chipEnds, ...given } = this.#receive(options)
      const token = sampler === undefined ? chipToken : sampler(given.logits!)
      if (!this.#isToken(token)) throw new RangeError(`the sampler's ${token} is no token`)
      const isFull = this.#cachedTokens === this.context
      const last =
        sampler === undefined ? chipEnds : isFull || count === maxTokens || token === stopToken
      this.#pending = token
      if (chipEnds) this.pins.takeToken()
      else this.#running = count
      this.#endLoading()
      yield { ...given, token, last, chipToken, position: this.#cachedTokens - 1 }
      if (last) return
      if (request !== this.#requests) throw new Error('this answer was ended by a later request')
      if (sampler === undefined) {
        this.#checkSlot()
        this.#selectFor(this.#cachedTokens + 1, options)
        this.pins.takeToken()
        this.#running = 0
        this.#cachedTokens++
      } else this.#send([token], true, options)
    }
  }

  #send(tokens: readonly number[], continues: boolean, options: AnswerOptions): void {
    if (continues !== this.#keepsCache) {
      this.pins.writeRegister('CONTROL', continues ? 1 << controlBits.keepCache : 0)
      this.#keepsCache = continues
    }
    for (const [i, token] of tokens.entries()) {
      this.#selectFor(this.#cachedTokens, options)
      this.pins.sendPromptToken(token, i === tokens.length - 1)
      this.#start = this.pins.cycles
      this.#cachedTokens++
      this.#checkSlot()
    }
    this.#pending = undefined
    if (isSet(this.pins.readRegister('STATUS'), statusBits.promptOverflow)) {
      throw new Error("the prompt did not fit the chip's cache")
    }
  }

  /** Selects the slot of a token; the one before it is under way, or none is. */
  #selectFor(position: number, { adapterAt }: AnswerOptions): void {
    if (adapterAt === undefined || position >= this.context) return
    const slot = adapterAt(position)
    if (slot === this.#selected) return
    this.selectAdapter(slot)
    this.#isNewSlot = true
  }

  /** @throws Error when the token under way does not use the slot that was selected for it */
  #checkSlot(): void {
    if (!this.#isNewSlot) return
    this.#isNewSlot = false
    this.pins.step()
    if (this.adapterStatus().inUse === this.#selected) return
    throw new Error(`slot ${this.#selected} holds no adapter when a token is to use it`)
  }

  /** The next token that the chip gives. */
  #receive({ logits: wantsLogits, sampler }: AnswerOptions) {
    const readsLogits = wantsLogits === true || sampler !== undefined
    const logits = readsLogits ? this.pins.readLogits() : undefined
    if (logits !== undefined && logits.length !== this.vocabulary) {
      throw new Error(`${logits.length} logits came, not ${this.vocabulary}`)
    }
    this.pins.waitForToken()
    const cycles = this.pins.cycles - this.#start
    this.#start = this.pins.cycles
    return { ...this.pins.offeredToken(), cycles, ...(logits === undefined ? {} : { logits }) }
  }

  #check(tokens: readonly number[], cached: number, { maxTokens, stopToken }: AnswerOptions): void {
    const refuse = (field: string, problem: string) => {
      throw new InputError(problem, { field })
    }
    const range = `0 to ${this.vocabulary - 1}`
    const wrong = tokens.find((token) => !this.#isToken(token))
    if (wrong !== undefined) refuse('prompt', `the chip's tokens are ${range}, not ${wrong}`)
    if (tokens.length === 0) refuse('prompt', 'has no tokens')
    if (cached + tokens.length > this.context) {
      const behind = cached === 0 ? '' : ` behind ${cached} in the cache`
      refuse('prompt', `${tokens.length} tokens${behind} do not fit ${this.context} positions`)
    }
    if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 1)) {
      refuse('maxTokens', `is a whole number from 1 on, not ${maxTokens}`)
    }
    if (stopToken !== undefined && !this.#isToken(stopToken)) {
      refuse('stopToken', `the chip's tokens are ${range}, not ${stopToken}`)
    }
  }

  #isToken(token: number): boolean {
    return Number.isInteger(token) && token >= 0 && token < this.vocabulary
  }
}

function isSet(word: number, bit: number): boolean {
  return ((word >>> bit) & 1) === 1
}
