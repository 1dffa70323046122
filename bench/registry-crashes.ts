/**
 * A million operations of many clients on several registry processes, while these and PostgreSQL are killed at random;
 * then the recorded history is checked for linearizability and against the registry's own ledger. Ends with 1 when a
 * promise was broken.
 */
import { parseArgs } from 'node:util'
import { type CrashReport, runCrashes } from '@portolan/registry/testing'
import { machineFacts } from './machine.ts'
import { findPostgres } from './postgres-program.ts'
import { openDurablePostgres } from './registry/durable-postgres.ts'

const LIMIT_MS = 6 * 3_600_000

function formatReport(report: CrashReport): readonly string[] {
  const { operationCount, allocationCount, unknownCount, unknownDoneCount, objectCount, seconds } = report
  const { registryKillCount, backendKillCount, postgresKillCount, overlapCount, violations } = report
  return [
    `${operationCount} operations in ${Math.round(seconds)} s, of them ${allocationCount} new allocations`,
    `killed (SIGKILL): ${registryKillCount} registries, ${backendKillCount} backends, ${postgresKillCount} postmasters`,
    `without an answer: ${unknownCount} operations, of which the ledger has ${unknownDoneCount}`,
    `${objectCount} pairs of ports judged, each by itself`,
    `live claims that share a port: ${overlapCount}`,
    `violations: ${violations.length}`,
    ...violations.slice(0, 20),
  ]
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    operations: { type: 'string', default: '1000000' },
    clients: { type: 'string', default: '64' },
    processes: { type: 'string', default: '2' },
    hosts: { type: 'string', default: '4' },
    'kill-every-ms': { type: 'string', default: '4000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
  },
})
const machine = await machineFacts(await findPostgres())
await using postgres = await openDurablePostgres()
const options = {
  postgres,
  databaseUrl: await postgres.addDatabase('crashes'),
  operationCount: Number(values.operations),
  clientCount: Number(values.clients),
  processCount: Number(values.processes),
  hostCount: Number(values.hosts),
  killEveryMs: Number(values['kill-every-ms']),
  seed: Number(values.seed),
  onProgress: (count: number) => process.stderr.write(`\r${count} operations`),
}
const report = await runCrashes(options, { signal: AbortSignal.timeout(LIMIT_MS) })
const { cpu, cores, memoryGigabytes, system, node, postgres: version, load } = machine
const head = [
  `${cpu}, ${cores} cores, ${memoryGigabytes} GB; ${system}`,
  `Node ${node}; ${version}, fsync and synchronous_commit on; load ${load} at the beginning; seed ${values.seed}`,
  '',
]
const text = [...head, ...formatReport(report)].join('\n')
process.stdout.write(
  `\n${values.json === true ? JSON.stringify({ machine, seed: options.seed, report }, null, 2) : text}\n`,
)
if (report.violations.length > 0 || report.overlapCount > 0) process.exitCode = 1
