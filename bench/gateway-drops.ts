/**
 * Whether anybody notices: promotions, swapped configurations and restarts of the gateway under a load of kept and new
 * connections, uploads, WebSockets and event streams: `node bench/gateway-drops.ts [--promotions 50] [--swaps 20]
 * [--restarts 5] [--workers 2] [--clients 4] [--grace 200] [--json]`. Exit status 1 when one request has failed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type LoadReport, SteadyLoad } from '@portolan/gateway/testing'
import { type DropWorld, openDropWorld } from './gateway-drops/drop-world.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    promotions: { type: 'string', default: '50' },
    swaps: { type: 'string', default: '20' },
    restarts: { type: 'string', default: '5' },
    workers: { type: 'string', default: '2' },
    clients: { type: 'string', default: '4' },
    grace: { type: 'string', default: '200' },
  },
})
/** So that each event meets a load that has come to itself. */
const BETWEEN_MS = 300
/** A half is a way back as long as its grace lasts. */
const LONG_GRACE_MS = 60_000

interface Row {
  readonly event: string
  readonly count: number
  readonly report: LoadReport
  /** What cannot be helped. */
  readonly mayLose?: RegExp
}

const graceMs = Number(values.grace)
const rows: Row[] = []
await using world = await openDropWorld({ workers: Number(values.workers) })
await measure({ event: 'promotions', count: Number(values.promotions) }, (round) =>
  world.promote(round % 2 === 0 ? 'green' : 'blue', graceMs),
)
await measure({ event: 'swapped configurations', count: Number(values.swaps) }, (round) => world.swap(round))
await measure({ event: 'restarts of the gateway', count: Number(values.restarts) }, () => world.restart())
// What had been sent to the dead half may have been executed, so it is not sent again; and what it had open is cut.
const mayLose = /^(POST|PUT)\b.*502.*GATEWAY_UPSTREAM_CLOSED|^WebSocket was cut: 1006|^event stream: /
await measure({ event: 'active half killed, rolled back', count: 1, mayLose }, () => killActive(world))
await pause(graceMs)
const isClean = rows.every(({ report, mayLose }) => report.failures.every((failure) => mayLose?.test(failure)))
process.stdout.write(values.json === true ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`)
process.exitCode = isClean ? 0 : 1

interface Measured {
  readonly event: string
  readonly count: number
  readonly mayLose?: RegExp
}

async function measure({ event, count, mayLose }: Measured, act: (round: number) => Promise<void>): Promise<void> {
  const load = new SteadyLoad(world.port, { answers: ['blue', 'green'], clientCount: Number(values.clients) })
  await pause(BETWEEN_MS)
  for (let round = 0; round < count; round += 1) {
    await act(round)
    await pause(BETWEEN_MS)
  }
  rows.push({ event, count, report: await load.stop(), ...(mayLose === undefined ? {} : { mayLose }) })
}

async function killActive(drops: DropWorld): Promise<void> {
  await drops.promote('blue', LONG_GRACE_MS)
  await drops.promote('green', LONG_GRACE_MS)
  await pause(BETWEEN_MS)
  const { rollbackCount } = drops
  await drops.kill('green')
  while (drops.rollbackCount === rollbackCount) await pause(BETWEEN_MS)
  await drops.start('green')
}

function tableOf(all: readonly Row[]): string {
  const heads = ['', 'how many', 'requests', 'failed', 'messages', 'told 1001', 'events', 'streams ended']
  const lines = all.map(({ event, count, report }) => [
    event,
    count,
    report.requestCount,
    report.failures.length,
    report.messageCount,
    report.goneAwayCount,
    report.eventCount,
    report.endedStreamCount,
  ])
  const text = [heads, ...lines].map((cells) => cells.map((cell, at) => pad(String(cell), at)).join('')).join('\n')
  const failures = all.flatMap(({ event, report }) =>
    [...new Set(report.failures.map(withoutId))].map((each) => `${event}: ${each}`),
  )
  return [text, ...failures.slice(0, 20)].join('\n')
}

function withoutId(failure: string): string {
  return failure.replace(/,"requestId.*/, '').replace(/"detail":"[^"]*\\?"[^"]*"/, '…')
}

function pad(text: string, at: number): string {
  return at === 0 ? text.padEnd(34) : text.padStart(at > 4 ? 15 : 11)
}
