import { readFile } from 'node:fs/promises'
import { listTrees } from './process-tree.ts'

// Linux counts in hundredths of a second for user space, whatever the kernel's own clock is (proc_pid_stat(5), time(7)).
const TICKS_PER_SECOND = 100

/** Seconds of processor that processes and all that they have started have used so far, ended ones left out. */
export async function cpuSeconds(roots: readonly number[]): Promise<number> {
  const ticks = await Promise.all((await listTrees(roots)).map(ticksOf))
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
}

async function ticksOf(pid: number): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    // It ended meanwhile.
    return 0
  }
}
