import type { EmittedDesign } from '../../src/emit/index.js'

interface Fault {
  readonly from: RegExp
  readonly to: string
}

/** Operators of the emitted text, each with a wrong one of the same operands and width. */
const faults = {
  add: { from: / \+ /g, to: ' - ' },
  and: { from: / & /g, to: ' | ' },
  less: { from: / < /g, to: ' <= ' },
  shift: { from: / >>> /g, to: ' >> ' },
} as const satisfies Readonly<Record<string, Fault>>

/** A fault that can be put into emitted text. */
export type FaultName = keyof typeof faults

export const faultNames = Object.keys(faults) as readonly FaultName[]

/** The design with one operator wrong wherever it stands, as if the emitter wrote the wrong one. */
export function withFault(design: EmittedDesign, name: FaultName): EmittedDesign {
  const { from, to } = faults[name]
  return {
    ...design,
    files: design.files.map((file) =>
      file.path.endsWith('.sv')
        ? {
            ...file,
            text: file.text.replace(/^(?!\s*(?:for|\/\/)).*$/gm, (line) => line.replace(from, to)),
          }
        : file,
    ),
  }
}
