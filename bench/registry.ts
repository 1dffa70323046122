/**
 * How many durable pair allocations a second the registry does, and how long one takes, by clients and by claims that
 * are there already; beside it the algorithm that it replaces, and how often that one gives a port out twice.
 */
import { parseArgs } from 'node:util'
import { openConnection } from '@portolan/postgres'
import { openRegistry } from '@portolan/registry'
import { type MachineFacts, machineFacts } from './machine.ts'
import { findPostgres } from './postgres-program.ts'
import { type DurablePostgres, openDurablePostgres } from './registry/durable-postgres.ts'
import { BENCH_BANDS, fillRegistry, measureNearlyFull, measureRow, type Row, warmUp } from './registry/load.ts'
import { type FileRegistryFigures, measureFileRegistry } from './registry/seed-algorithm.ts'

const CLIENTS = [1, 16, 64] as const
const CLAIMS = [10, 1_000, 100_000] as const
/** 10,000 pairs fill a host's file; more than the host has ports it cannot hold. */
const CLAIMS_IN_FILE = [10, 1_000, 10_000] as const
const GOAL_PER_SECOND = 3_000
const GOAL_P99_MS = 5
const LIMIT_MS = 1_800_000

async function measureWith(server: DurablePostgres, claims: number, limitMs: number): Promise<readonly Row[]> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const databaseUrl = await server.addDatabase(`claims_${claims}`)
  const options = { databaseUrl, bands: BENCH_BANDS, quarantineMs: 0 }
  await using registry = await openRegistry(options, { signal })
  const rows: Row[] = []
  const add = (row: Row): void => {
    rows.push(row)
    process.stderr.write(`${JSON.stringify(row)}\n`)
  }
  await fillRegistry(registry, claims)
  await tidy(databaseUrl)
  await warmUp(registry)
  const postgresPid = server.pid
  for (const clients of CLIENTS) {
    add(await measureRow([registry], { what: 'one registry', clients, claims, limitMs, postgresPid }))
  }
  await using second = await openRegistry(options, { signal })
  const two = { what: 'two registries', clients: 64, claims, limitMs, postgresPid }
  add(await measureRow([registry, second], two))
  if (claims === CLAIMS.at(-1)) add(await measureNearlyFull(registry, { limitMs, postgresPid }))
  return rows
}

/** Filling at once what takes years leaves a vacuum behind that would run during the first measurement. */
async function tidy(databaseUrl: string): Promise<void> {
  await using connection = await openConnection(databaseUrl, { signal: AbortSignal.timeout(LIMIT_MS) })
  await connection.client.query('vacuum analyze')
}

async function measureRegistry(limitMs: number): Promise<readonly Row[]> {
  await using server = await openDurablePostgres()
  const rows: Row[] = []
  for (const claims of CLAIMS) rows.push(...(await measureWith(server, claims, limitMs)))
  return rows
}

function formatRows(rows: readonly Row[]): readonly string[] {
  const head = ['clients', 'claims', 'per s', 'median ms', 'p99 ms', 'worst ms', 'cpu µs', 'of it PG']
  const line = (first: string, cells: readonly (string | number)[]) =>
    [first.padEnd(17), ...cells.map((cell) => String(cell).padStart(9))].join(' ')
  return [
    line('', head),
    ...rows.map(({ what, clients, claims, perSecond, latency: { medianMs, p99Ms, worstMs }, ...cpu }) =>
      line(what, [clients, claims, perSecond, medianMs, p99Ms, worstMs, cpu.cpuUs, cpu.postgresCpuUs]),
    ),
  ]
}

function formatGoals(rows: readonly Row[]): readonly string[] {
  const many = rows.filter(({ what, clients }) => what === 'one registry' && clients > 1)
  const isFast = many.every(({ perSecond }) => perSecond >= GOAL_PER_SECOND)
  const isPrompt = rows.filter(({ clients }) => clients === 1).every(({ latency }) => latency.p99Ms < GOAL_P99_MS)
  return [
    '',
    `goal: ${GOAL_PER_SECOND} a second at 16 and 64 clients: ${isFast ? 'met' : 'NOT met'}`,
    `goal: p99 below ${GOAL_P99_MS} ms at 1 client: ${isPrompt ? 'met' : 'NOT met'}`,
  ]
}

function formatFile(figures: readonly FileRegistryFigures[]): readonly string[] {
  const cells = ({ clients, claims, perSecond, allocationCount, duplicateCount }: FileRegistryFigures) =>
    [clients, claims, perSecond, allocationCount, duplicateCount].map((cell) => String(cell).padStart(11)).join(' ')
  const head = ['clients', 'claims', 'per s', 'allocations', 'twice'].map((title) => title.padStart(11)).join(' ')
  return ['', 'the file that is read, scanned and written (nothing of it durable)', head, ...figures.map(cells)]
}

function formatMachine({ cpu, cores, memoryGigabytes, system, node, postgres, load }: MachineFacts): readonly string[] {
  return [
    `${cpu}, ${cores} cores, ${memoryGigabytes} GB; ${system}`,
    `Node ${node}; ${postgres}, fsync and synchronous_commit on; load ${load} at the beginning`,
    '',
  ]
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '3' } } })
const machine = await machineFacts(await findPostgres())
const rows = await measureRegistry(Number(values.seconds) * 1_000)
const file = await measureFileRegistry({ clients: CLIENTS, claims: CLAIMS_IN_FILE, limitMs: 1_000 })
const text = [...formatMachine(machine), ...formatRows(rows), ...formatGoals(rows), ...formatFile(file)].join('\n')
process.stdout.write(`${values.json === true ? JSON.stringify({ machine, rows, file }, null, 2) : text}\n`)
