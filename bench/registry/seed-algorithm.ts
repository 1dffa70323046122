import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runClosedLoop } from '../closed-loop.ts'

export interface FileRegistryFigures {
  readonly clients: number
  readonly claims: number
  readonly perSecond: number
  readonly allocationCount: number
  /** How many of the allocations gave out a pair that somebody had been given before. */
  readonly duplicateCount: number
}

interface FileRegistryOptions {
  readonly clients: readonly number[]
  readonly claims: readonly number[]
  readonly limitMs: number
}

interface PortsFile {
  readonly ports: { readonly used: readonly number[] }
}

const RANGE = { start: 1024, end: 65_534 } as const

/**
 * CodeB's `allocateBasePort`, word for word but for SSH, which only makes it slower and the gap longer: read the file,
 * look for the lowest free even port, write the file. Nothing reaches the disk for sure, as there.
 */
async function allocateBasePort(file: string): Promise<number> {
  const ssot = parsePorts(await readFile(file, 'utf8'))
  const usedPorts = new Set(ssot.ports.used)
  for (let port = RANGE.start; port <= RANGE.end; port += 2) {
    if (!usedPorts.has(port) && !usedPorts.has(port + 1)) {
      const used = [...ssot.ports.used, port, port + 1]
      await writeFile(file, JSON.stringify({ ports: { used } }, null, 2))
      return port
    }
  }
  throw new Error('No available ports in range')
}

/** `cat file || echo "{}"`: a file that another one is just writing reads as an empty registry there, so here too. */
function parsePorts(text: string): PortsFile {
  try {
    const parsed: PortsFile = JSON.parse(text)
    return parsed
  } catch {
    // SyntaxError, of a file that was cut short for the next write.
    return { ports: { used: [] } }
  }
}

export async function measureFileRegistry(options: FileRegistryOptions): Promise<readonly FileRegistryFigures[]> {
  const figures: FileRegistryFigures[] = []
  for (const claims of options.claims) {
    for (const clients of options.clients)
      figures.push(await measureOnce({ claims, clients, limitMs: options.limitMs }))
  }
  return figures
}

async function measureOnce({ claims, clients, limitMs }: Once): Promise<FileRegistryFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-file-'))
  try {
    const file = join(folder, 'ssot.json')
    const used = Array.from({ length: claims * 2 }, (_, index) => RANGE.start + index)
    await writeFile(file, JSON.stringify({ ports: { used } }, null, 2))
    const given = new Set(used)
    let duplicateCount = 0
    const ask = async (): Promise<void> => {
      const port = await allocateBasePort(file)
      if (given.has(port)) duplicateCount += 1
      given.add(port)
    }
    const { perSecond, count } = await runClosedLoop(ask, { clients, limitMs, countLimit: 15_000 })
    return { clients, claims, perSecond, allocationCount: count, duplicateCount }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Once {
  readonly clients: number
  readonly claims: number
  readonly limitMs: number
}
