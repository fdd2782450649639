import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const report = process.env.ROMULUS_TEST_REPORT

function source(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

export default defineConfig({
  resolve: {
    alias: {
      'romulus/chip': source('src/flow/chip/index.ts'),
      'romulus/host': source('src/host/index.ts'),
      romulus: source('src/index.ts'),
    },
  },
  test: {
    include: ['{src,generators,testbench,scripts,examples}/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
