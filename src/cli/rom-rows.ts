import type { RomChoices } from '../flow/rom-choice/choose-roms.js'

/** How many banks have which policy, and what the choice knows of them; nothing without one. */
export function romRows(choices: RomChoices | undefined): [string, string][] {
  if (choices === undefined || choices.roms.length === 0) return []
  const { roms, basis, library, areaUnit, pathUnit } = choices
  const banksOf = new Map<string, number>()
  for (const { policy, banks } of roms) banksOf.set(policy, (banksOf.get(policy) ?? 0) + banks)
  const policies = [...banksOf]
    .sort(([, a], [, b]) => b - a)
    .map(
      ([policy, banks], i) => `${banks}${i > 0 ? '' : banks === 1 ? ' bank' : ' banks'} ${policy}`,
    )
  const area = roms.reduce((sum, rom) => sum + rom.banks * rom.area, 0)
  const path = roms.reduce((most, rom) => Math.max(most, rom.path), 0)
  const number = (value: number) => Math.round(value).toLocaleString('en')
  return [
    [
      'ROM policies',
      `${policies.join(', ')}\n(${basis} for ${library}: ${number(area)} ${areaUnit}, ` +
        `longest path ${number(path)} ${pathUnit})`,
    ],
  ]
}
