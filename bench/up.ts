/**
 * How long `portolan up` takes until a stack is ready, and how much memory it then has. The hello stack is measured
 * beside the same programs started by hand: `node bench/up.ts [--stack hello|wealist] [--runs 5] [--json]`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startByHand } from './by-hand.ts'
import { type MachineFacts, machineFacts } from './machine.ts'
import { startByPortolan } from './portolan-start.ts'
import { findPostgres } from './postgres-program.ts'
import { measureTrees, type ProcessMemory } from './process-tree.ts'
import { type Spread, spreadOf } from './spread.ts'
import { isStackName, openStackFolder, type StackName } from './stack-folder.ts'
import type { StartedPrograms } from './started-programs.ts'

const BUDGET_WARM_MS = 5_000
const BUDGET_MEMORY_KILOBYTES = 400 * 1024
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
  readonly stack: StackName
  readonly machine: MachineFacts
  readonly runs: number
  readonly portolan: WayFigures
  /** Only of the hello stack. */
  readonly byHand: WayFigures | undefined
}

/** A start on an empty folder, then one on what that left. */
async function measureOnce(stack: StackName, way: Way, isLast: boolean): Promise<void> {
  await using folder = await openStackFolder(stack)
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

async function measure(stack: StackName, runs: number): Promise<Figures> {
  const machine = await machineFacts(await findPostgres())
  const portolan = way('portolan', startByPortolan)
  const byHand = stack === 'hello' ? way('byHand', startByHand) : undefined
  const ways = byHand === undefined ? [portolan] : [portolan, byHand]
  // In turns, so that what else the machine does meets both.
  for (let run = 1; run <= runs; run += 1) {
    for (const one of ways) await measureOnce(stack, one, run === runs)
  }
  return {
    stack,
    machine,
    runs,
    portolan: figuresOf(portolan),
    byHand: byHand === undefined ? undefined : figuresOf(byHand),
  }
}

function way(name: keyof typeof SHIFTS, start: Start): Way {
  return { name, start, coldMs: [], warmMs: [], memory: [] }
}

function figuresOf({ coldMs, warmMs, memory }: Way): WayFigures {
  const memoryKilobytes = memory.reduce((sum, { pssKilobytes }) => sum + pssKilobytes, 0)
  return { cold: spreadOf(coldMs), warm: spreadOf(warmMs), memory, memoryKilobytes }
}

function formatFigures({ stack, machine, runs, portolan, byHand }: Figures): string {
  const isMet = portolan.warm.medianMs <= BUDGET_WARM_MS
  const isSmall = portolan.memoryKilobytes <= BUDGET_MEMORY_KILOBYTES
  const rows = [...rowsOf('portolan up', portolan), ...(byHand === undefined ? [] : rowsOf('by hand', byHand))]
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB; ${machine.system}`,
    `Node ${machine.node}; ${machine.postgres}; load ${machine.load} at the beginning; ${stack}, ${runs} runs each, in turns`,
    '',
    'ready after (ms)     minimum   median  maximum',
    ...rows.map(([name, { minimumMs, medianMs, maximumMs }]) =>
      [name.padEnd(19), ...[minimumMs, medianMs, maximumMs].map((ms) => String(ms).padStart(8))].join(' '),
    ),
    '',
    ...(byHand === undefined
      ? []
      : [`warm, against by hand: ${(portolan.warm.medianMs / byHand.warm.medianMs).toFixed(2)} times`]),
    `budget: warm within ${BUDGET_WARM_MS} ms: ${isMet ? 'met' : 'NOT met'}`,
    `budget: ${BUDGET_MEMORY_KILOBYTES / 1024} MB when idle: ${isSmall ? 'met' : 'NOT met'}`,
    ...formatMemory('portolan up', portolan),
    ...(byHand === undefined ? [] : formatMemory('by hand', byHand)),
  ].join('\n')
}

function rowsOf(title: string, { cold, warm }: WayFigures): readonly (readonly [string, Spread])[] {
  return [
    [`${title}, cold`, cold],
    [`${title}, warm`, warm],
  ]
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

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    runs: { type: 'string', default: '5' },
    stack: { type: 'string', default: 'wealist' },
  },
})
if (!isStackName(values.stack)) throw new Error(`--stack is "hello" or "wealist", not "${values.stack}".`)
const figures = await measure(values.stack, Number(values.runs))
process.stdout.write(`${values.json === true ? JSON.stringify(figures, null, 2) : formatFigures(figures)}\n`)
