import type { PrintOptions } from './print/writer.js'

/** Choices of how the text looks; none changes what it means. */
export type EmitOptions = PrintOptions

/** The lowRISC style: 100 columns. */
export const defaultOptions: EmitOptions = { lineWidth: 100, sourceComments: true }
