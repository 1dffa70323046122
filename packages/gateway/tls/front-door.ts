import { CHALLENGE_PATH, readChallenge } from '../acme/challenges.ts'
import { type Answer, redirectAnswer } from '../answer.ts'
import type { ClientPlace } from '../client-address.ts'
import type { GatewayConfiguration } from '../configuration.ts'
import { noRoute } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { isDeclaredName } from '../host-name.ts'
import type { RequestHead } from '../request-head.ts'
import type { HstsConfiguration, TlsConfiguration } from './tls-configuration.ts'

const HTTPS_PORT = 443

/** What is decided of a request by how it came, before anybody asks where it goes. */
export class FrontDoor {
  readonly #tls: TlsConfiguration
  readonly #domains: readonly string[]
  readonly #strictTransport: string | undefined

  constructor(tls: TlsConfiguration, domains: readonly string[]) {
    this.#tls = tls
    this.#domains = domains
    this.#strictTransport = tls.hsts === undefined ? undefined : hstsValue(tls.hsts)
  }

  /** @returns true when it answers the request itself */
  answers(exchange: Exchange, head: RequestHead, protocol: ClientPlace['protocol']): boolean {
    if (exchange.client.protocol === 'https') {
      exchange.strictTransport = this.#strictTransport
      return false
    }
    if (this.#tls.acme !== undefined && head.path.startsWith(CHALLENGE_PATH)) {
      void this.#answerChallenge(exchange, head.path) // it answers its own failures
      return true
    }
    const target = redirectOf(head, { tls: this.#tls, domains: this.#domains, protocol })
    if (target === undefined) return false
    exchange.reply(redirectAnswer(target, exchange.requestId))
    return true
  }

  async #answerChallenge(exchange: Exchange, path: string): Promise<void> {
    try {
      const text = await readChallenge(this.#tls.acme?.folder ?? '', path.slice(CHALLENGE_PATH.length))
      if (exchange.isOver) return
      if (text === undefined) exchange.answer(noRoute(path))
      else exchange.reply(challengeAnswer(text, exchange.requestId))
    } catch (error) {
      if (!exchange.isOver) exchange.answer(error)
    }
  }
}

/**
 * Where a request that came in the clear is sent; undefined where it may stay.
 * @param protocol what its client speaks: behind a proxy that has ended TLS itself it would be sent round and round
 */
export function redirectOf(
  { host, path, query }: RequestHead,
  { tls: { redirectToPort }, domains, protocol }: Clear,
): string | undefined {
  if (redirectToPort === undefined || protocol === 'https' || !isDeclaredName(host, domains)) return undefined
  const port = redirectToPort === HTTPS_PORT ? '' : `:${redirectToPort}`
  return `https://${host.replace(/:\d*$/, '')}${port}${path}${query}`
}

interface Clear {
  readonly tls: TlsConfiguration
  readonly domains: readonly string[]
  readonly protocol: ClientPlace['protocol']
}

/** Names that are asked by https alone, where that is said: workspaces' as well, for nobody is signed in there else. */
export function redirectedDomains({
  domains,
  patternHost,
}: Pick<GatewayConfiguration, 'domains' | 'patternHost'>): readonly string[] {
  return patternHost === undefined ? domains : [...domains, `*.${patternHost.domain}`]
}

/** RFC 6797 §6.1. */
function hstsValue({ maxAgeSeconds, includesSubdomains }: HstsConfiguration): string {
  return `max-age=${maxAgeSeconds}${includesSubdomains ? '; includeSubDomains' : ''}`
}

/** RFC 8555 §8.3. */
function challengeAnswer(text: string, requestId: string): Answer {
  const headers = ['Content-Type', 'application/octet-stream', 'X-Request-Id', requestId, 'Content-Length']
  return { status: 200, headers: [...headers, String(text.length)], body: text }
}
