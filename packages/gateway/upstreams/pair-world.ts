/** A gateway before a pair of services that say which half they are, for this package's tests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import type { GatewayConfiguration } from '../configuration.ts'
import { openTestGateway, openTestUpstream, routeTo, type TestGateway, type TestGatewayOptions } from '../testing.ts'
import type { Half } from './half.ts'
import type { PairDeclaration, UpstreamDeclaration } from './upstream-declaration.ts'
import type { UpstreamEvent } from './upstream-event.ts'

export interface TestHalf extends AsyncDisposable {
  readonly port: number
  /** What of `/` it was asked, as `GET` or `POST content`. */
  readonly heard: string[]
  /** Its answers' status; `hang`: it gives none; `reset`: it breaks off. */
  mode: number | 'hang' | 'reset'
  /** Nothing listens any more, and what was open is cut. */
  kill(): Promise<void>
}

/** Answers with its name; streams events on `/events`; takes WebSockets, to which it says its name at each message. */
export async function openTestHalf(name: string, port = 0): Promise<TestHalf> {
  const heard: string[] = []
  const service = await openTestUpstream((request, response) => void answer(request, response), port)
  const half: TestHalf = {
    port: service.port,
    heard,
    mode: 200,
    kill: async () => {
      await service[Symbol.asyncDispose]()
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let content = ''
    for await (const piece of request) content += String(piece)
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${name}\n\n`)
      return
    }
    heard.push(`${request.method} ${content}`.trim())
    if (half.mode === 'reset') request.socket.resetAndDestroy()
    else if (half.mode !== 'hang') response.writeHead(half.mode).end(name)
  }
  new WebSocketServer({ server: service.server }).on('connection', (socket) => {
    socket.on('message', () => socket.send(name))
  })
  return half
}

export interface PairWorld extends TestGateway {
  readonly blue: TestHalf
  readonly green: TestHalf
  readonly events: UpstreamEvent[]
  /** By a configuration with another active half. */
  promote(active: Half | null, changes?: Partial<PairDeclaration>): Promise<void>
  ask(path?: string, init?: RequestInit): Promise<string>
}

export interface PairWorldOptions extends TestGatewayOptions {
  readonly pair?: Partial<PairDeclaration>
  readonly upstream?: Omit<UpstreamDeclaration, 'name' | 'pair'>
}

/** Blue is active. */
export async function openPairWorld(options: PairWorldOptions = {}): Promise<PairWorld> {
  await using releasers = new AsyncDisposableStack()
  const blue = releasers.use(await openTestHalf('blue'))
  const green = releasers.use(await openTestHalf('green'))
  const events: UpstreamEvent[] = []
  const halves = { blue: { host: '127.0.0.1', port: blue.port }, green: { host: '127.0.0.1', port: green.port } }
  const { upstream } = options
  const upstreamWith = (changes: Partial<PairDeclaration>): UpstreamDeclaration => ({
    ...upstream,
    name: 'worb',
    pair: { ...halves, active: 'blue', graceMs: 60_000, ...options.pair, ...changes },
  })
  const routes = [{ ...routeTo('/', 1, { service: 'worb', websocket: true }), target: { upstream: 'worb' } }]
  const world = releasers.use(
    await openTestGateway(routes, {
      ...options,
      upstreams: [upstreamWith({})],
      onUpstreamEvent: (event) => events.push(event),
    }),
  )
  const owned = releasers.move()
  const promote = (active: Half | null, changes: Partial<PairDeclaration> = {}): Promise<void> => {
    const configuration: GatewayConfiguration = {
      ...world.configuration,
      upstreams: [upstreamWith({ ...changes, active })],
    }
    return world.gateway.configure(configuration)
  }
  return {
    ...world,
    blue,
    green,
    events,
    promote,
    ask: async (path = '/', init = {}) => (await fetch(`${world.url}${path}`, init)).text(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
