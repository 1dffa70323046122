import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { cpuSeconds } from '../../cpu-time.ts'
import { headerLines, type StartedProxy } from '../proxies/proxy.ts'
import type { Figures, Part } from './figures.ts'

export const STEADY_PART: Part = {
  name: 'steady',
  title: 'Latency of a small JSON answer at a steady rate',
  columns: [
    { key: 'medianMs', title: 'median ms', best: 'lowest', digits: 2 },
    { key: 'p99Ms', title: 'p99 ms', best: 'lowest', digits: 2 },
    { key: 'p999Ms', title: 'p99.9 ms', best: 'lowest', digits: 2 },
    { key: 'answeredShare', title: 'answered in time, %', best: 'highest', digits: 1 },
    { key: 'cpuShare', title: 'of one core, %', best: 'lowest', digits: 0 },
  ],
}

const PATH = '/api/ships'
/** A pause that leaves the processor to the proxy, and is shorter than a timer's. */
const PAUSE_MS = 0.1
const DRAIN_MS = 2_000

export interface SteadyOptions {
  readonly seconds: number
  readonly perSecond: number
  readonly connections: number
}

/**
 * An open loop: each request has its moment, whatever became of those before it, and its latency is counted from that
 * moment. So a proxy that stops for a second is charged with every request of that second (no coordinated omission).
 */
export async function measureSteadyRate(proxy: StartedProxy, options: SteadyOptions): Promise<Figures> {
  const { seconds, perSecond, connections } = options
  const request = `GET ${PATH} HTTP/1.1\r\n${headerLines(proxy, PATH)}User-Agent: bench\r\nAccept: */*\r\n\r\n`
  const load = new SteadyLoad(Buffer.from(request))
  await load.connect(proxy.port, connections)
  await load.run({ perSecond, count: perSecond }) // the first second warms up
  const before = await cpuSeconds([proxy.pid])
  const total = perSecond * seconds
  const beganMs = performance.now()
  const latenciesMs = await load.run({ perSecond, count: total })
  const tookSeconds = (performance.now() - beganMs) / 1_000
  const spent = (await cpuSeconds([proxy.pid])) - before
  load.close()
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  // A request that was never answered counts as the longest.
  const at = (share: number) => sorted[Math.ceil(total * share) - 1] ?? Number.POSITIVE_INFINITY
  return {
    part: STEADY_PART.name,
    proxy: proxy.name,
    values: {
      medianMs: at(0.5),
      p99Ms: at(0.99),
      p999Ms: at(0.999),
      answeredShare: (100 * sorted.length) / total,
      cpuShare: (100 * spent) / tookSeconds,
    },
  }
}

class SteadyLoad {
  readonly #request: Buffer
  readonly #free: Socket[] = []
  readonly #sockets: Socket[] = []
  /** The moments of requests that wait for a connection. */
  readonly #waiting: number[] = []
  readonly #sentFor = new Map<Socket, number>()
  #latenciesMs: number[] = []
  #wrongAnswer: string | undefined

  constructor(request: Buffer) {
    this.#request = request
  }

  async connect(port: number, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      await once(socket, 'connect')
      this.#read(socket)
      this.#sockets.push(socket)
      this.#free.push(socket)
    }
  }

  /**
   * @returns the latency of every request that was answered until two seconds after the last one's moment
   * @throws when an answer was no 200
   */
  async run({ perSecond, count }: { readonly perSecond: number; readonly count: number }): Promise<readonly number[]> {
    const latenciesMs: number[] = []
    this.#latenciesMs = latenciesMs
    const everyMs = 1_000 / perSecond
    const beganMs = performance.now()
    const pause = new Int32Array(new SharedArrayBuffer(4))
    let sentCount = 0
    while (
      sentCount < count ||
      (latenciesMs.length < count && performance.now() - beganMs < count * everyMs + DRAIN_MS)
    ) {
      const nowMs = performance.now()
      for (; sentCount < count && beganMs + sentCount * everyMs <= nowMs; sentCount += 1) {
        this.#send(beganMs + sentCount * everyMs)
      }
      Atomics.wait(pause, 0, 0, PAUSE_MS)
      await nextTurn()
    }
    this.#latenciesMs = []
    this.#waiting.length = 0
    if (this.#wrongAnswer !== undefined) throw new Error(`An answer is no 200: ${JSON.stringify(this.#wrongAnswer)}.`)
    return latenciesMs
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #send(momentMs: number): void {
    const socket = this.#free.pop()
    if (socket === undefined) {
      this.#waiting.push(momentMs)
      return
    }
    this.#sentFor.set(socket, momentMs)
    socket.write(this.#request)
  }

  #read(socket: Socket): void {
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      received += piece
      if (!received.startsWith('HTTP/1.1 200'.slice(0, received.length))) this.#wrongAnswer ??= received.slice(0, 60)
      if (!isWholeAnswer(received)) return
      received = ''
      this.#latenciesMs.push(performance.now() - (this.#sentFor.get(socket) ?? 0))
      this.#free.push(socket)
      const next = this.#waiting.shift()
      if (next !== undefined) this.#send(next)
    })
  }
}

function isWholeAnswer(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length)
}
