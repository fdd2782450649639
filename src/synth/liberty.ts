import { basename } from 'node:path'

/** Areas that Debian's `osu018_stdcells.lib` gives wrongly, against the cell sizes of its own LEF file. */
const osu018Corrections = [
  { cell: 'OAI21X1', wrong: 23, right: 32 },
  { cell: 'NAND3X1', wrong: 36, right: 32 },
  { cell: 'LATCH', wrong: 0, right: 56 },
] as const

/** Where Debian's package `qflow-tech-osu018` puts its library. */
export const osu018Path = '/usr/share/qflow/tech/osu018/osu018_stdcells.lib'

/** The text of a Liberty file with known errors of its areas put right. */
export function correctedLiberty(file: string, text: string): string {
  if (basename(file) !== basename(osu018Path)) return text
  return osu018Corrections.reduce((corrected, { cell, wrong, right }) => {
    const pattern = new RegExp(`(cell \\(${cell}\\)[^]*?area : )${wrong};`)
    return corrected.replace(pattern, `$1${right};`)
  }, text)
}
