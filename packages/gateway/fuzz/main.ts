/**
 * Looks for bytes that the parsers read in two ways, or break at: inputs that reach what none has reached are kept and changed
 * further. `npm run fuzz:gateway -- [--only requests,answers,paths] [--seconds 60] [--seed N] [--keep]`; with --keep what was
 * new goes into the corpus beside this file. What fails is always kept there, and ends the run.
 */
import { parseArgs } from 'node:util'
import { keepInput, readCorpus } from './corpus.ts'
import { Coverage } from './coverage.ts'
import { mutate, randomFrom } from './mutation.ts'
import { PROPERTIES, type Property } from './properties.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean' },
  },
})
/** Coverage is asked for after as many inputs: asking costs more than trying one. */
const BATCH = 40
const names = values.only?.split(',') ?? Object.keys(PROPERTIES)
const random = randomFrom(Number(values.seed))
say(`seed ${values.seed}`)
for (const name of names) {
  const property = PROPERTIES[name]
  if (property === undefined)
    throw new Error(`There is no property "${name}", only ${Object.keys(PROPERTIES).join(', ')}.`)
  if (!(await fuzz(name, property, Number(values.seconds) / names.length))) process.exitCode = 1
}

async function fuzz(name: string, property: Property, seconds: number): Promise<boolean> {
  using coverage = await Coverage.open()
  const pool: Buffer[] = [...(await readCorpus(name)), Buffer.alloc(0)]
  for (const bytes of pool) if (!(await tryOne(name, property, bytes))) return false
  await coverage.takeNew()
  const untilMs = performance.now() + seconds * 1_000
  let triedCount = 0
  while (performance.now() < untilMs) {
    const batch = Array.from({ length: BATCH }, () => mutate(pick(pool), pick(pool), random))
    for (const bytes of batch) if (!(await tryOne(name, property, bytes))) return false
    triedCount += batch.length
    if ((await coverage.takeNew()) > 0) pool.push(...(await newAmong(name, batch, { property, coverage })))
  }
  say(`${name}: ${triedCount} inputs, ${pool.length} kept, ${coverage.count} blocks reached, nothing broken`)
  return true
}

interface Trying {
  readonly property: Property
  readonly coverage: Coverage
}

/** Which of a batch reached something new: a fresh look at each, against what the pool had reached, would cost too much. */
async function newAmong(
  name: string,
  batch: readonly Buffer[],
  { property, coverage }: Trying,
): Promise<readonly Buffer[]> {
  using alone = await Coverage.open()
  const found: Buffer[] = []
  for (const bytes of batch) {
    property(bytes)
    if ((await alone.takeNew()) === 0) continue
    found.push(bytes)
    if (values.keep === true) await keepInput(name, bytes)
  }
  await coverage.takeNew()
  return found.slice(-4)
}

async function tryOne(name: string, property: Property, bytes: Buffer): Promise<boolean> {
  try {
    property(bytes)
    return true
  } catch (error) {
    say(`${name} FAILED: ${error instanceof Error ? error.message : String(error)}`)
    say(`${JSON.stringify(bytes.toString('latin1'))} is kept as ${await keepInput(name, bytes)}`)
    return false
  }
}

function pick(pool: readonly Buffer[]): Buffer {
  return pool[Math.floor(random() * pool.length)] ?? Buffer.alloc(0)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
