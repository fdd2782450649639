import { writeFile } from 'node:fs/promises'
import { InputError } from '../../common/input-error.js'
import type { Schedule } from '../../compiler/schedule.js'
import { tokenTimeline } from '../../compiler/timeline.js'
import { timelineHtml } from './html.js'
import { timelineSvg } from './svg.js'

/** @throws InputError for a file that is neither SVG nor HTML */
export function checkTimelineFile(file: string): void {
  if (/\.(svg|html)$/.test(file)) return
  throw new InputError(`${file} is no .svg or .html`, { field: '--timeline' })
}

/** @throws InputError for a position beyond the cache */
export function checkTimelinePosition(position: number, positions: number): void {
  if (position < positions) return
  throw new InputError(
    `the cache ends before position ${position}`,
    { field: '--timeline-position' },
    `0 to ${positions - 1}`,
  )
}

/** Draws what every unit does in the cycles of a token, as the file's name says: SVG or HTML. */
export async function writeTimeline(
  file: string,
  schedule: Schedule,
  position: number,
): Promise<void> {
  const draw = file.endsWith('.svg') ? timelineSvg : timelineHtml
  await writeFile(file, draw(tokenTimeline(schedule, position)))
}
