/** Clients of every kind that go on until they are told to stop, and remember what went wrong. */
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'

export interface LoadReport {
  readonly requestCount: number
  /** Of WebSockets. */
  readonly messageCount: number
  /** WebSockets that were told that their side goes away (1001), and were opened again. */
  readonly goneAwayCount: number
  readonly eventCount: number
  /** Event streams that ended as if complete, and were opened again. */
  readonly endedStreamCount: number
  /** What no client should ever see. */
  readonly failures: readonly string[]
}

export interface SteadyLoadOptions {
  /** Of each kind of client. */
  readonly clientCount?: number
  /** What an answer has to be one of. */
  readonly answers: readonly string[]
}

/** Longer than any promotion takes; what takes longer is a failure. */
const PATIENCE_MS = 10_000
const BETWEEN_MESSAGES_MS = 10

/** A load on a gateway whose services answer their name on `/`, stream on `/events` and echo their name to WebSockets. */
export class SteadyLoad implements AsyncDisposable {
  readonly #port: number
  readonly #answers: readonly string[]
  readonly #failures: string[] = []
  readonly #counts = { requestCount: 0, messageCount: 0, goneAwayCount: 0, eventCount: 0, endedStreamCount: 0 }
  readonly #over = new AbortController()
  readonly #kept: Agent
  readonly #clients: readonly Promise<void>[]

  constructor(port: number, { clientCount = 2, answers }: SteadyLoadOptions) {
    this.#port = port
    this.#answers = answers
    this.#kept = new Agent({ keepAlive: true, maxSockets: 3 * clientCount })
    const kinds = [
      () => this.#ask({ agent: this.#kept, method: 'GET' }),
      () => this.#ask({ agent: this.#kept, method: 'POST' }),
      () => this.#ask({ agent: this.#kept, method: 'PUT' }),
      () => this.#ask({ agent: false, method: 'GET' }),
      () => this.#ask({ agent: false, method: 'POST' }),
      () => this.#talk(),
      () => this.#listen(),
    ]
    this.#clients = kinds.flatMap((kind) => Array.from({ length: clientCount }, kind))
  }

  get report(): LoadReport {
    return { ...this.#counts, failures: [...this.#failures] }
  }

  /** Resolves when the last client has ended. */
  async stop(): Promise<LoadReport> {
    this.#over.abort()
    await Promise.all(this.#clients)
    this.#kept.destroy()
    return this.report
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted
  }

  async #ask(asked: Asked): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      try {
        const text = await answerTo(this.#port, { ...asked, content: contentOf(count) })
        this.#counts.requestCount += 1
        if (!this.#answers.includes(text)) this.#failures.push(`${asked.method} was answered "${text.slice(0, 300)}"`)
      } catch (error) {
        this.#failures.push(`${asked.method}${asked.agent === false ? ', new connection' : ''}: ${String(error)}`)
        await pause(BETWEEN_MESSAGES_MS)
      }
    }
  }

  async #talk(): Promise<void> {
    while (!this.#isOver) await this.#conversation()
  }

  /** One WebSocket, until it is told to go away. */
  async #conversation(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/`)
    const hurry = setTimeout(() => socket.terminate(), PATIENCE_MS)
    const say = (): void => {
      if (this.#isOver) socket.close(1000)
      else if (socket.readyState === WebSocket.OPEN) socket.send('who?')
    }
    socket.on('open', say)
    socket.on('message', () => {
      hurry.refresh()
      this.#counts.messageCount += 1
      setTimeout(say, BETWEEN_MESSAGES_MS)
    })
    socket.on('error', (error) => this.#failures.push(`WebSocket: ${String(error)}`))
    socket.on('close', (code) => {
      clearTimeout(hurry)
      if (code === 1001) this.#counts.goneAwayCount += 1
      else if (code !== 1000) this.#failures.push(`WebSocket was cut: ${code}`)
      resolve()
    })
    await promise
  }

  async #listen(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#stream()
      } catch (error) {
        this.#failures.push(`event stream: ${String(error)}`)
        await pause(BETWEEN_MESSAGES_MS)
      }
    }
  }

  /** One event stream, until it ends. @throws when it is cut */
  async #stream(): Promise<void> {
    const answer = await open(this.#port, { agent: false, method: 'GET', path: '/events' })
    const leave = (): void => void answer.destroy()
    this.#over.signal.addEventListener('abort', leave, { once: true })
    if (this.#isOver) leave()
    try {
      for await (const piece of answer.setEncoding('utf8'))
        this.#counts.eventCount += String(piece).split('data: ').length - 1
      this.#counts.endedStreamCount += 1
    } catch (error) {
      if (!this.#isOver) throw error
    } finally {
      this.#over.signal.removeEventListener('abort', leave)
    }
  }
}

interface Asked {
  readonly agent: Agent | false
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path?: string
  readonly content?: string
}

/** Small ones and such as do not come in one piece. */
function contentOf(count: number): string {
  return 'x'.repeat(count % 4 === 0 ? 100_000 : 100)
}

async function answerTo(port: number, asked: Asked): Promise<string> {
  const answer = await open(port, asked)
  let text = ''
  for await (const piece of answer.setEncoding('utf8')) text += String(piece)
  return answer.statusCode === 200 ? text : `${answer.statusCode} ${text}`
}

function open(port: number, { agent, method, path = '/', content }: Asked): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asking = request({ host: '127.0.0.1', port, agent, method, path, timeout: PATIENCE_MS }, resolve)
  asking.on('error', reject).on('timeout', () => asking.destroy(new Error('no answer')))
  asking.end(method === 'GET' ? undefined : content)
  return promise
}
