/**
 * What attacks do to a neighbour: a client at another address that asks 50 times a second, while the gateway is treated badly.
 * `npm run attack:gateway -- [--only slow,hostile,…] [--seconds 15] [--markdown] [--wstest PATH]`. It attacks a gateway of its
 * own on loopback, and nothing else. Fails when the neighbour is refused, or waits too long.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findProgram, requireDebianPrograms } from './gateway/installed.ts'
import type { Attack } from './gateway-attack/attack.ts'
import { ATTACKS } from './gateway-attack/attacks.ts'
import type { NeighbourFigures } from './gateway-attack/neighbour/ask.ts'
import { watchNeighbour } from './gateway-attack/neighbour/watch.ts'
import { openWorld } from './gateway-attack/world.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, seconds: { type: 'string', default: '15' }, markdown: { type: 'boolean' } },
})
/** The attackers share the processor with the gateway: what is left of it decides, not only the gateway. */
const MOST_P99_MS = 1_000

interface Outcome {
  readonly attack: string
  readonly seen: string
  readonly neighbour: NeighbourFigures
  readonly memoryBefore: number
  readonly memoryAfter: number
  readonly isServed: boolean
}

requireDebianPrograms(['nginx'])
const wanted = values.only?.split(',')
const outcomes: Outcome[] = []
for (const attack of ATTACKS) {
  if (wanted !== undefined && !wanted.some((word) => attack.name.includes(word))) continue
  if (attack.needs !== undefined && findProgram(attack.needs) === undefined) {
    process.stderr.write(`LEFT OUT: ${attack.name}. On Debian: apt-get install ${attack.needs}\n`)
    continue
  }
  const outcome = await runAttack(attack)
  outcomes.push(outcome)
  process.stderr.write(`${JSON.stringify(outcome)}\n`)
}
process.stdout.write(`${table(outcomes)}\n`)
if (outcomes.some(({ isServed }) => !isServed)) process.exitCode = 1

async function runAttack(attack: Attack): Promise<Outcome> {
  await using releasers = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'portolan-attack-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const world = await openWorld({ folder, releasers }, attack.options)
  await watchNeighbour(world.port, () => new Promise((resolve) => setTimeout(resolve, 1_000))) // warms up
  const memoryBefore = await world.memory()
  let seen = ''
  const neighbour = await watchNeighbour(world.port, async () => {
    seen = await attack
      .run(world, { seconds: Number(values.seconds) })
      .catch((error: unknown) => `FAILED: ${String(error)}`)
  })
  const isServed = neighbour.failureCount === 0 && neighbour.p99Ms <= MOST_P99_MS && !seen.startsWith('FAILED')
  return { attack: attack.name, seen, neighbour, memoryBefore, memoryAfter: await world.memory(), isServed }
}

function table(rows: readonly Outcome[]): string {
  const lines = rows.map(({ attack, seen, neighbour, memoryBefore, memoryAfter, isServed }) => {
    const { requestCount, failureCount, medianMs, p99Ms, worstMs } = neighbour
    const memory = `${Math.round(memoryBefore)} → ${Math.round(memoryAfter)}`
    const served = `${requestCount - failureCount} of ${requestCount}${isServed ? '' : ' **fails**'}`
    return `| ${attack} | ${seen} | ${served} | ${medianMs} | ${p99Ms} | ${worstMs} | ${memory} |`
  })
  const head = '| attack | what was seen | neighbour served | median ms | p99 ms | worst ms | memory MB |'
  return [head, '|---|---|---|---:|---:|---:|---:|', ...lines].join('\n')
}
