import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const report = process.env.ROMULUS_TEST_REPORT

export default defineConfig({
  resolve: { alias: { romulus: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['{src,generators,testbench,scripts,examples}/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
