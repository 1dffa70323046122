import { execFile } from 'node:child_process'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

export interface MachineFacts {
  readonly cpu: string
  readonly cores: number
  readonly memoryGigabytes: number
  readonly system: string
  readonly node: string
  readonly postgres: string
  /** How many processes wanted to run on average during the last minute: other work distorts every figure. */
  readonly load: number
}

/** @param postgres the server's program */
export async function machineFacts(postgres: string): Promise<MachineFacts> {
  const { stdout } = await promisify(execFile)(postgres, ['--version'])
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    postgres: stdout.trim(),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}
