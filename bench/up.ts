/** How long `portolan up` takes until the example is ready, and how much memory it then has; beside the same by hand. */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startByHand } from './by-hand.ts'
import { type MachineFacts, machineFacts } from './machine.ts'
import { startByPortolan } from './portolan-start.ts'
import { findPostgres } from './postgres-program.ts'
import { measureTrees, type ProcessMemory } from './process-tree.ts'
import { type Spread, spreadOf } from './spread.ts'
import { openStackFolder } from './stack-folder.ts'
import type { StartedPrograms } from './started-programs.ts'

const BUDGET_WARM_MS = 5_000
const IDLE_MS = 5_000
/** Away from the example's own ports, which a person may be using, and from the tests'. */
const SHIFTS = { portolan: 28_400, byHand: 28_600 } as const

type Start = (folder: string, shift: number) => Promise<StartedPrograms>
interface Way {
  readonly name: keyof typeof SHIFTS
  readonly start: Start
  readonly coldMs: number[]
  readonly warmMs: number[]
  memory: readonly ProcessMemory[]
}
interface WayFigures {
  readonly cold: Spread
  readonly warm: Spread
  readonly memory: readonly ProcessMemory[]
  readonly memoryKilobytes: number
}
interface Figures {
  readonly machine: MachineFacts
  readonly runs: number
  readonly portolan: WayFigures
  readonly byHand: WayFigures
}

/** A start on an empty folder, then one on what that left. */
async function measureOnce(way: Way, isLast: boolean): Promise<void> {
  await using folder = await openStackFolder()
  const shift = SHIFTS[way.name]
  const cold = await way.start(folder.path, shift)
  way.coldMs.push(cold.readyMs)
  await cold.stop()
  const warm = await way.start(folder.path, shift)
  way.warmMs.push(warm.readyMs)
  if (isLast) {
    await delay(IDLE_MS)
    way.memory = await measureTrees(warm.pids)
  }
  await warm.stop()
}

async function measure(runs: number): Promise<Figures> {
  const machine = await machineFacts(await findPostgres())
  const ways = [way('portolan', startByPortolan), way('byHand', startByHand)] as const
  // In turns, so that what else the machine does meets both.
  for (let run = 1; run <= runs; run += 1) {
    for (const one of ways) await measureOnce(one, run === runs)
  }
  return { machine, runs, portolan: figuresOf(ways[0]), byHand: figuresOf(ways[1]) }
}

function way(name: keyof typeof SHIFTS, start: Start): Way {
  return { name, start, coldMs: [], warmMs: [], memory: [] }
}

function figuresOf({ coldMs, warmMs, memory }: Way): WayFigures {
  const memoryKilobytes = memory.reduce((sum, { pssKilobytes }) => sum + pssKilobytes, 0)
  return { cold: spreadOf(coldMs), warm: spreadOf(warmMs), memory, memoryKilobytes }
}

function formatFigures({ machine, runs, portolan, byHand }: Figures): string {
  const isMet = portolan.warm.medianMs <= BUDGET_WARM_MS
  const rows = [
    ['portolan up, cold', portolan.cold],
    ['portolan up, warm', portolan.warm],
    ['by hand, cold', byHand.cold],
    ['by hand, warm', byHand.warm],
  ] as const
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB; ${machine.system}`,
    `Node ${machine.node}; ${machine.postgres}; load ${machine.load} at the beginning; ${runs} runs each, in turns`,
    '',
    'ready after (ms)     minimum   median  maximum',
    ...rows.map(([name, { minimumMs, medianMs, maximumMs }]) =>
      [name.padEnd(19), ...[minimumMs, medianMs, maximumMs].map((ms) => String(ms).padStart(8))].join(' '),
    ),
    '',
    `warm, against by hand: ${(portolan.warm.medianMs / byHand.warm.medianMs).toFixed(2)} times`,
    `budget: warm within ${BUDGET_WARM_MS} ms: ${isMet ? 'met' : 'NOT met'}`,
    ...formatMemory('portolan up', portolan),
    ...formatMemory('by hand', byHand),
  ].join('\n')
}

function formatMemory(title: string, { memory, memoryKilobytes }: WayFigures): readonly string[] {
  const megabytes = (kilobytes: number) => `${(kilobytes / 1024).toFixed(1).padStart(7)} MB`
  const sorted = memory.toSorted((a, b) => b.pssKilobytes - a.pssKilobytes)
  return [
    '',
    `proportional memory, ${title}, idle`,
    ...sorted.map(({ name, pssKilobytes }) => `${megabytes(pssKilobytes)}  ${name}`),
    `${megabytes(memoryKilobytes)}  in all`,
  ]
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, runs: { type: 'string', default: '5' } } })
const figures = await measure(Number(values.runs))
process.stdout.write(`${values.json === true ? JSON.stringify(figures, null, 2) : formatFigures(figures)}\n`)
