import { expect, it } from 'vitest'
import { printable } from './printable.js'

it('leaves ordinary text alone', () => {
  expect(printable('blk.0.attn_q.weight ▁é 日本 "x"')).toBe('blk.0.attn_q.weight ▁é 日本 "x"')
})

it('escapes what would break a line or steer a terminal', () => {
  expect(printable('a\nb\u001b[31m\u2028\u202e\ud800')).toBe(
    'a\\u{a}b\\u{1b}[31m\\u{2028}\\u{202e}\\u{d800}',
  )
})

it('shortens long text', () => {
  expect(printable('x'.repeat(500))).toBe(`${'x'.repeat(119)}…`)
})
