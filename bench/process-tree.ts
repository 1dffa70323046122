import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'

export interface ProcessMemory {
  readonly name: string
  /**
   * Proportional set size (proc_pid_smaps(5), Pss): pages that several processes share are divided among them, so that
   * the sum over a tree is what it really takes.
   */
  readonly pssKilobytes: number
}

/** The memory of processes and of all that they have started. */
export async function measureTrees(roots: readonly number[]): Promise<readonly ProcessMemory[]> {
  const pids = await listTrees(roots)
  return Promise.all(pids.map(measure))
}

/** Processes and all that they have started, by id. */
export async function listTrees(roots: readonly number[]): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map(await Promise.all(names.map(async (pid) => [pid, await parentOf(pid)] as const)))
  const isWithin = (pid: number): boolean => {
    if (roots.includes(pid)) return true
    const parent = parents.get(pid)
    return parent !== undefined && parent > 1 && isWithin(parent)
  }
  return names.filter(isWithin)
}

async function parentOf(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It ended meanwhile.
    return undefined
  }
}

async function measure(pid: number): Promise<ProcessMemory> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1')
  const command = await readFile(`/proc/${pid}/cmdline`, 'latin1')
  return { name: nameOf(command), pssKilobytes: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) }
}

/** `postgres: walwriter` names itself; of the others the script says more than the program. */
function nameOf(command: string): string {
  const [program = '', ...args] = command.split('\0')
  if (program.startsWith('postgres: ')) return program.trim()
  const script = args.find((argument) => /\.(ts|mjs|py)$/.test(argument))
  if (script === undefined) return basename(program)
  return script.split('/').slice(-2).join('/')
}
