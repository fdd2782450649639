import { openEngine } from 'romulus'
import { generateChip } from 'romulus/chip'
import { openChip, openSampler } from 'romulus/host'

const prompt = 'Once upon a time'
const maxTokens = Number(process.argv[2] ?? 60)

const { design, tokenizer } = await generateChip({ rom: 'table' })
const engine = await openEngine(design)
const host = openChip(engine)
const sampler = openSampler({ temperature: 0.8, topP: 0.9, seed: 1 })

const text = tokenizer.stream()
const tokens = tokenizer.encode(prompt)
for (const token of tokens) process.stdout.write(text.write(token))
for (const { token } of host.generate(tokens, { sampler, maxTokens, stopToken: tokenizer.eos })) {
  process.stdout.write(text.write(token))
}
process.stdout.write(`${text.end()}\n`)
engine.close()
