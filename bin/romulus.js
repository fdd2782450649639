#!/usr/bin/env node
process.setSourceMapsEnabled(true)
const { main } = await import('../dist/src/cli/main.js')
process.exitCode = await main(process.argv.slice(2))
