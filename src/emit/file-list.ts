import { type EmittedDesign, type FileUse, filesFor } from './emitted-design.js'

/**
 * The sources for one kind of tool, a path a line: `verilator -f chip.f`, `iverilog -c chip.f`. Memory
 * images are opened by name, so tools must run in the output directory.
 */
export function fileList(design: EmittedDesign, use: FileUse = 'simulation'): string {
  const sources = filesFor(design, use).filter(({ path }) => path.endsWith('.sv'))
  return sources.map(({ path }) => `${path}\n`).join('')
}

/** FuseSoC core description, format CAPI=2 (https://fusesoc.readthedocs.io). */
export function fuseSocCore(design: EmittedDesign): string {
  const sources = design.files.filter(({ path }) => path.endsWith('.sv'))
  const sets = [
    { name: 'rtl', files: sources.filter(({ use }) => use === undefined) },
    { name: 'models', files: sources.filter(({ use }) => use === 'simulation') },
    { name: 'stubs', files: sources.filter(({ use }) => use === 'synthesis') },
    { name: 'images', files: design.files.filter(({ path }) => path.endsWith('.hex')) },
  ].filter(({ files }) => files.length > 0)
  const present = new Set(sets.map(({ name }) => name))
  const target = (name: string, wanted: readonly string[]) => {
    const filesets = wanted.filter((set) => present.has(set)).join(', ')
    return [`  ${name}:`, `    filesets: [${filesets}]`, `    toplevel: ${design.top}`]
  }
  const lines = [
    'CAPI=2:',
    '',
    `name: romulus:generated:${design.top}:0`,
    '',
    'filesets:',
    ...sets.flatMap(({ name, files }) => [
      `  ${name}:`,
      '    files:',
      ...files.map(({ path }) =>
        name === 'images' ? `      - ${path}: {copyto: ${path}}` : `      - ${path}`,
      ),
      `    file_type: ${name === 'images' ? 'user' : 'systemVerilogSource'}`,
    ]),
    '',
    'targets:',
    ...target('default', ['rtl', 'models', 'images']),
    ...target('sim', ['rtl', 'models', 'images']),
    ...target('synth', ['rtl', 'stubs', 'images']),
  ]
  return `${lines.join('\n')}\n`
}
