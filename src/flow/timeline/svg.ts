import { phaseKinds, type Timeline } from '../../compiler/timeline.js'
import { definitions, escaped, gutter, legend, panel, style } from './panel.js'

const margin = 20
const width = 1600

/** One token as a picture: all of it, and below one of its layers enlarged. */
export function timelineSvg(timeline: Timeline): string {
  const layers = timeline.sections.filter(({ label }) => label.startsWith('layer'))
  const layer = layers[Math.floor((layers.length - 1) / 2)]!
  const inner = width - 2 * margin
  const token = panel(timeline, { from: 0, to: timeline.cycles, y: 76, width: inner, id: 'token' })
  const around = Math.round((layer.end - layer.start) * 0.04)
  const from = Math.max(0, layer.start - around)
  const enlargedTop = 76 + token.height + 36
  const enlarged = panel(timeline, {
    from,
    to: Math.min(timeline.cycles, layer.end + around),
    y: enlargedTop,
    width: inner,
    id: 'layer',
  })
  const height = enlargedTop + enlarged.height + margin
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-margin} 0 ${width} ${height}">\n` +
    `<style>${style}</style>${definitions}\n` +
    `<rect x="${-margin}" width="${width}" height="${height}" fill="#fff"/>\n` +
    `<text class="title" x="${gutter}" y="34">${escaped(timelineTitle(timeline))}</text>\n` +
    `${legend(48, phaseKinds)}\n${token.svg}\n` +
    `<text class="subtitle" x="${gutter}" y="${enlargedTop - 12}">${escaped(layer.label)}, enlarged: ` +
    `${layer.end - layer.start} cycles</text>\n${enlarged.svg}\n</svg>\n`
  )
}

export function timelineTitle({ position, cycles, romPortBusy }: Timeline): string {
  return (
    `A token at position ${position}: ${cycles.toLocaleString('en')} cycles, ` +
    `ROM ports busy ${(100 * romPortBusy).toFixed(1)} % of them`
  )
}
