import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuSeconds } from '../../cpu-time.ts'
import type { StartedProxy } from '../proxies/proxy.ts'
import type { Figures, Part } from './figures.ts'

/** As many requests as a proxy takes, by wrk, one after the other on each connection. */
export const REQUEST_PARTS = [
  { ...part('small', 'A small JSON answer'), path: '/api/ships', connections: 64 },
  { ...part('large', 'An answer of 64 KB'), path: '/api/large', connections: 64 },
  { ...part('stream', 'An answer of 10 MB'), path: '/api/stream', connections: 8 },
] as const

type RequestPart = (typeof REQUEST_PARTS)[number]

function part(name: string, title: string): Part {
  return {
    name,
    title,
    columns: [
      { key: 'perCpuSecond', title: 'requests per CPU second', best: 'highest', digits: 0 },
      { key: 'megabytesPerCpuSecond', title: 'MB per CPU second', best: 'highest', digits: 0 },
      { key: 'perSecond', title: 'requests per second', best: 'highest', digits: 0 },
    ],
  }
}

/** @throws when a request has failed */
export async function measureRequests(
  { name, pid, port, headersOf }: StartedProxy,
  part: RequestPart,
  seconds: number,
): Promise<Figures> {
  const more = Object.entries(headersOf?.(part.path) ?? {}).flatMap(([key, value]) => ['-H', `${key}: ${value}`])
  const before = await cpuSeconds([pid])
  const url = `http://127.0.0.1:${port}${part.path}`
  const connections = String(part.connections)
  const args = [
    ...more,
    '--threads',
    '1',
    '--connections',
    connections,
    '--duration',
    `${seconds}s`,
    '--timeout',
    '20s',
    url,
  ]
  const { stdout } = await promisify(execFile)('wrk', args)
  const spent = (await cpuSeconds([pid])) - before
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`Requests to ${name} have failed.\n${stdout}`)
  const [, count, , size = '0', unit = 'B'] = /(\d+) requests in ([\d.]+)s, ([\d.]+)([KMGT]?B) read/.exec(stdout) ?? []
  const megabytes = (Number(size) * (SIZES[unit] ?? 1)) / 1_000_000
  const values = {
    perCpuSecond: Number(count) / spent,
    megabytesPerCpuSecond: megabytes / spent,
    perSecond: Number(count) / seconds,
  }
  return { part: part.name, proxy: name, values }
}

const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 1_024, MB: 1_024 ** 2, GB: 1_024 ** 3, TB: 1_024 ** 4 }
