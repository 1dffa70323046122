import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuSeconds } from '../cpu-time.ts'
import type { StartedProxy } from './proxies.ts'

export interface ProxyFigures {
  readonly name: string
  readonly requestCount: number
  readonly perCpuSecond: number
  readonly medianMs: number
  readonly p99Ms: number
}

interface MeasureOptions {
  readonly seconds: number
  readonly connections: number
}

/** @throws when wrk is missing, or says that a request has failed */
export async function measureProxy({ name, pid, url }: StartedProxy, options: MeasureOptions): Promise<ProxyFigures> {
  const { seconds, connections } = options
  const before = await cpuSeconds([pid])
  const args = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--latency', url]
  const { stdout } = await promisify(execFile)('wrk', args)
  const spent = (await cpuSeconds([pid])) - before
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`Requests to ${name} have failed.\n${stdout}`)
  const requestCount = Number(/(\d+) requests in/.exec(stdout)?.[1])
  return {
    name,
    requestCount,
    perCpuSecond: requestCount / spent,
    medianMs: latency(stdout, '50%'),
    p99Ms: latency(stdout, '99%'),
  }
}

/** Of a line such as `   99%    1.20ms`. */
function latency(text: string, share: string): number {
  const [, value, unit] = new RegExp(`${share}\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? []
  return Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1_000 : 1)
}
