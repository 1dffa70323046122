import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,tools,wealist,examples,e2e}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.portolan/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine may need longer than vitest's second before a condition holds.
    expect: { poll: { timeout: 10_000 } },
    // The machines this runs on have few cores, and most tests own real processes: files share the cores, not more.
    maxWorkers: 2,
    pool: 'forks',
  },
})
