import { describe, expect, it } from 'vitest'
import { canonicalName, roleName, tensorRole } from './tensor-names.js'
import { huggingFaceName } from './testing/encode-safetensors.js'
import { ggufName } from './testing/tiny-gguf.js'
import { tinyTensors } from './testing/tiny-model.js'

describe('tensor names', () => {
  it.each(tinyTensors())('$name has one canonical name in all conventions', ({ name, role }) => {
    const spellings = [name, `${name}.weight`, ggufName(role), huggingFaceName(role)]
    expect(spellings.map(canonicalName)).toEqual(spellings.map(() => name))
    expect(roleName(tensorRole(name)!)).toBe(name)
  })

  it('reads layers of more than one digit, but no leading zeros', () => {
    expect(canonicalName('blk.31.ffn_down.weight')).toBe('layers.31.feed_forward.w2')
    expect(canonicalName('blk.031.ffn_down.weight')).toBeUndefined()
  })

  it.each([
    'model.layers.0.attn_q.weight',
    'blk.0.self_attn.q_proj.weight',
    'layers.0.attn_q',
    'blk.0.attn_q.bias',
    'layers.attention.wq',
    'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
    '__proto__',
    '',
  ])('knows no canonical name for %j', (name) => {
    expect(canonicalName(name)).toBeUndefined()
  })
})
