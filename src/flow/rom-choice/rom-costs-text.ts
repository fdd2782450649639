import type { RomCosts } from './rom-costs.js'

/**
 * Costs as a file: JSON, or for a name in `.ts` a module of this folder.
 *
 * @param command that makes the file
 */
export function romCostsText(costs: RomCosts, file: string, command: string): string {
  const json = JSON.stringify(costs, null, 2)
  if (!file.endsWith('.ts')) return `${json}\n`
  return (
    "import type { RomCosts } from './rom-costs.js'\n\n" +
    `/** Made by \`${command}\`, and formatted. */\n` +
    `export const calibratedCosts: RomCosts = ${json}\n`
  )
}
