import type { Holder } from './sighting.ts'

/** A process as the operating system lists it. */
export interface ProcessEntry {
  readonly pid: number
  readonly pgid: number
  /** When it started, in a unit of the system's own: only ever compared for equality. */
  readonly startTicks: number
  readonly command: string
  /** False for a zombie: it has ended and waits for its parent to hear so. */
  readonly isAlive: boolean
}

export interface ProcessTable {
  findProcess(pid: number): Promise<ProcessEntry | undefined>
  listProcesses(): Promise<readonly ProcessEntry[]>
  /** Undefined when the process has ended meanwhile. */
  describe(pid: number): Promise<Holder | undefined>
  /** Names this run of the system since it started, where it has such a name: ticks begin again with each. */
  findBootId(): Promise<string | undefined>
}
