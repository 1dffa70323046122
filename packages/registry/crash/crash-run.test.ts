import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { expect, test } from 'vitest'
import { runCrashes } from './crash-run.ts'

const SEED = Math.floor(Math.random() * 1_000_000)

test(`whatever is killed, no port is given out twice and no answer is lost (seed ${SEED})`, async () => {
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  const load = {
    operationCount: 1_000,
    leastKillCount: 4,
    clientCount: 24,
    processCount: 2,
    hostCount: 2,
    killEveryMs: 400,
  }
  const options = { postgres: server, databaseUrl, ...load, seed: SEED }
  const report = await runCrashes(options, { signal: AbortSignal.timeout(60_000) })
  expect(report.violations).toEqual([])
  expect(report.overlapCount).toBe(0)
  // The run is worth something only when work was cut off, and most of it went on.
  expect(report.unknownCount).toBeGreaterThan(0)
  expect(report.allocationCount).toBeGreaterThan(100)
}, 90_000)
