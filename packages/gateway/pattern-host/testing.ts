/** A gateway with workspaces behind it and people who sign in, for tests: every part of it is real. */

import { type IncomingHttpHeaders, request } from 'node:http'
import { errorCode } from '@portolan/errors'
import { openTestIdentity, type TestIdentity, type TestSession } from '@portolan/identity/testing'
import { WebSocket } from 'ws'
import type { GatewayConfiguration } from '../configuration.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import type { GatewayLogger } from '../log.ts'
import { freePort, routeTo } from '../testing.ts'
import type { PatternHostConfiguration } from './pattern-host-configuration.ts'

export const TEST_DOMAIN = 'hub.localhost'
const MOST_ATTEMPTS = 5

export interface TestHubOptions {
  readonly directory?: PatternHostConfiguration['directory']
  readonly workspaces?: Readonly<Record<string, unknown>>
  readonly sharing?: PatternHostConfiguration['sharing']
  readonly deniedPorts?: readonly number[]
  /** The port of the platform's own service. */
  readonly platformPort?: number
  readonly logger?: GatewayLogger
  readonly reviewMs?: number
  /** What else the configuration says. */
  readonly also?: Partial<GatewayConfiguration>
  /** Instead of the real one, which stands behind it. */
  readonly userUrl?: (identity: TestIdentity) => string
}

export interface TestAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The `Set-Cookie` lines. */
  readonly setCookies: readonly string[]
  /** The code of a problem. */
  readonly code: string | undefined
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** What a page's navigation looks like. */
export const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } as const

interface TestHubConfiguration extends GatewayConfiguration {
  readonly patternHost: PatternHostConfiguration
}

export class TestHub implements AsyncDisposable {
  readonly identity: TestIdentity
  readonly gateway: Gateway
  readonly configuration: TestHubConfiguration
  readonly port: number

  constructor(identity: TestIdentity, gateway: Gateway, configuration: TestHubConfiguration) {
    this.identity = identity
    this.gateway = gateway
    this.configuration = configuration
    this.port = configuration.listeners[0]?.port ?? 0
  }

  /** Swaps what is said of the pattern host. */
  async change(changes: Partial<PatternHostConfiguration>): Promise<void> {
    const { patternHost, ...rest } = this.configuration
    await this.gateway.configure({ ...rest, patternHost: { ...patternHost, ...changes } })
  }

  get platformHost(): string {
    return `${TEST_DOMAIN}:${this.port}`
  }

  host(port: number, workspace: string): string {
    return `${port}-${workspace}.${TEST_DOMAIN}:${this.port}`
  }

  origin(port: number, workspace: string): string {
    return `http://${this.host(port, workspace)}`
  }

  async ask(host: string, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<TestAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<TestAnswer>()
    const sent = request(
      { host: '127.0.0.1', port: this.port, path, method, agent: false, headers: { host, ...headers } },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece
        })
        response.once('error', reject).once('end', () => {
          const setCookies = response.headers['set-cookie'] ?? []
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            setCookies,
            code: /"code":"(\w+)"/.exec(text)?.[1],
          })
        })
      },
    )
    sent.once('error', reject)
    sent.end(body)
    return promise
  }

  /** Follows redirects as a browser does, with a cookie jar per host, and tells every host it came by. */
  browser(session?: TestSession): TestBrowser {
    return new TestBrowser(this, session)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.destroy()
    await this.identity[Symbol.asyncDispose]()
  }
}

export class TestBrowser {
  readonly #hub: TestHub
  readonly #jars = new Map<string, Map<string, string>>()
  readonly seen: string[] = []

  constructor(hub: TestHub, session: TestSession | undefined) {
    this.#hub = hub
    const [name = '', value = ''] = session?.cookie.cookie.split('=') ?? []
    if (session !== undefined) this.#jarOf(hub.platformHost).set(name, value)
  }

  cookies(host: string): string {
    return [...this.#jarOf(host)].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  forget(host: string): void {
    this.#jars.delete(host)
  }

  async ask(host: string, path: string, asking: Asking = {}): Promise<TestAnswer> {
    this.seen.push(`${host}${path}`)
    const cookie = this.cookies(host)
    const headers = { ...(cookie === '' ? {} : { cookie }), ...asking.headers }
    const answer = await this.#hub.ask(host, path, { ...asking, headers })
    for (const line of answer.setCookies) this.#keep(host, line)
    return answer
  }

  /** A navigation, to its end. */
  async open(host: string, path = '/'): Promise<TestAnswer> {
    let answer = await this.ask(host, path, { headers: PAGE })
    for (let count = 0; count < 20 && answer.headers.location !== undefined; count += 1) {
      const to = new URL(answer.headers.location, `http://${this.seen.at(-1)}`)
      answer = await this.ask(to.host, `${to.pathname}${to.search}`, { headers: PAGE })
    }
    return answer
  }

  webSocket(host: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
    const cookie = this.cookies(host)
    return new WebSocket(`ws://127.0.0.1:${this.#hub.port}/live`, {
      headers: { host, ...(cookie === '' ? {} : { cookie }), ...headers },
    })
  }

  #jarOf(host: string): Map<string, string> {
    const jar = this.#jars.get(host) ?? new Map<string, string>()
    this.#jars.set(host, jar)
    return jar
  }

  #keep(host: string, line: string): void {
    const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
    if (/max-age=0/i.test(line)) this.#jarOf(host).delete(name)
    else this.#jarOf(host).set(name, value)
  }
}

/** A platform at `hub.localhost`, with whatever workspaces the test lists. */
export async function openTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  for (let attemptCount = 1; ; attemptCount += 1) {
    try {
      return await openTestHubAt(await freePort(), options)
    } catch (error) {
      // Somebody else was given the port meanwhile.
      if (errorCode(error) !== 'GATEWAY_PORT_TAKEN' || attemptCount === MOST_ATTEMPTS) throw error
    }
  }
}

async function openTestHubAt(port: number, options: TestHubOptions): Promise<TestHub> {
  const platformOrigin = `http://${TEST_DOMAIN}:${port}`
  await using stack = new AsyncDisposableStack()
  const identity = stack.use(await openTestIdentity({ service: 'control-plane', publicOrigin: platformOrigin }))
  const { directory = { kind: 'table', workspaces: options.workspaces ?? {} }, logger } = options
  const patternHost: PatternHostConfiguration = {
    domain: TEST_DOMAIN,
    platformOrigin,
    signInPath: '/sign-in',
    authUrl: identity.authUrl,
    userUrl: options.userUrl?.(identity) ?? identity.userUrl,
    directory,
    sharing: options.sharing ?? { unlessSaid: 'owner', most: 'public' },
    deniedPorts: options.deniedPorts ?? [5432],
  }
  const configuration = {
    stack: 'test',
    workers: 1,
    domains: [],
    trustedProxies: [],
    listeners: [{ name: 'http', address: '127.0.0.1', port }],
    routes: [routeTo('/', options.platformPort ?? 1)],
    patternHost,
    ...options.also,
  }
  const { reviewMs } = options
  const parts = {
    signal: AbortSignal.timeout(10_000),
    serviceKey: identity.serviceKey,
    ...(reviewMs === undefined ? {} : { reviewMs }),
  }
  const gateway = await openGateway(configuration, { ...parts, ...(logger === undefined ? {} : { logger }) })
  stack.move()
  return new TestHub(identity, gateway, configuration)
}
