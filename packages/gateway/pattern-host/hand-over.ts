import { randomBytes } from 'node:crypto'
import type { Waiting } from '@portolan/errors'
import type { Answer } from '../answer.ts'
import { fieldValues } from '../http1/fields.ts'
import type { Arrival } from './admission.ts'
import { OWN_COOKIE_PREFIX } from './cookie-firewall.ts'
import { handOverInvalid } from './errors.ts'
import { type PatternLabel, parsePatternHost } from './pattern-label.ts'
import type { PlatformSessions } from './platform-sessions.ts'
import { cookiePairs, findCookie, formatCookie, formatSession, startPreviewSession } from './preview-session.ts'
import { redirect, withQuery } from './redirect.ts'
import type { NoteSeal } from './sealed-note.ts'
import { UsedCodes } from './used-codes.ts'

/** Nothing below it on a preview host ever reaches the workspace. */
export const OWN_PATHS = '/.portolan/'
export const SIGN_IN_PATH = '/.portolan/sign-in'
export const ENTER_PATH = '/.portolan/enter'
/** On the platform's own host. */
export const HAND_OVER_PATH = '/.portolan/hand-over'

const STATE_COOKIE_PREFIX = `${OWN_COOKIE_PREFIX}state-`
/** A person may have to find a password first. */
const STATE_LIFETIME_MS = 900_000
const CODE_LIFETIME_MS = 30_000
/** Of tabs that sign in at once; older ones are given up, or the cookies would fill the head of a request. */
const MOST_STATES = 8
const MOST_SIBLINGS = 8
const LONGEST_DESTINATION = 1_024
const STATE = /^[\w-]{22}$/

export interface HandOverOptions {
  readonly seal: NoteSeal
  readonly sessions: Pick<PlatformSessions, 'findCaller'>
  readonly domain: string
  readonly platformOrigin: string
  /** The platform's page that signs in, told by `?next=` where to go on. */
  readonly signInPath: string
  /** The origin under which a port of a workspace is shown. */
  readonly originOf: (port: number, workspace: string) => string
}

/**
 * Signs a browser in on one preview host, so that this host never sees the platform's cookie:
 *
 * 1. on the preview host, `sign-in` keeps a random state in a cookie of this host, and redirects to
 * 2. the platform's host, where `hand-over` reads the platform's cookie and redirects back with a code, to
 * 3. `enter` on the preview host, which takes the code once, in the browser that has the state, for this host alone,
 *    and sets a cookie of this host.
 *
 * Then it does the same on the host of each declared sibling, for a front end cannot ask its back end otherwise.
 */
export class HandOver {
  readonly #options: HandOverOptions
  readonly #used = new UsedCodes(CODE_LIFETIME_MS)

  constructor(options: HandOverOptions) {
    this.#options = options
  }

  /** What a program opens in a browser to be signed in. */
  signInUrl({ port, workspace }: PatternLabel): string {
    return `${this.#options.originOf(port, workspace)}${SIGN_IN_PATH}`
  }

  /** Step 1, for a page that was asked for. @param siblings ports on whose hosts to sign in as well */
  beginForPage({ exchange, head }: Arrival, place: PatternLabel, siblings: readonly number[]): Answer {
    const to = `${this.#originOf(place)}${head.path}${head.query}`
    return this.#begin(place, {
      to: to.length > LONGEST_DESTINATION ? `${this.#originOf(place)}/` : to,
      siblings: siblings.slice(0, MOST_SIBLINGS),
      cookies: fieldValues(exchange.client.request.fields, 'cookie'),
    })
  }

  /** Step 1, by its own address: from the host of a sibling, or from a person. */
  beginByAddress({ exchange, head }: Arrival, place: PatternLabel): Answer {
    const query = new URLSearchParams(head.query)
    const to = query.get('to') ?? ''
    return this.#begin(place, {
      to: this.#withinWorkspace(to, place.workspace) ?? `${this.#originOf(place)}/`,
      siblings: readPorts(query.get('siblings')),
      cookies: fieldValues(exchange.client.request.fields, 'cookie'),
    })
  }

  /** Step 2. */
  async atPlatform({ exchange, head }: Arrival, { signal }: Waiting): Promise<Answer> {
    const query = new URLSearchParams(head.query)
    const place = parsePatternHost(query.get('host') ?? '', this.#options.domain)
    const state = query.get('state') ?? ''
    if (!STATE.test(state)) throw handOverInvalid('state')
    const caller = await this.#findCaller(exchange, { signal })
    if (caller === undefined || caller.by === 'personal-token') {
      const next = withQuery(HAND_OVER_PATH, { host: `${place.label}.${this.#options.domain}`, state })
      const page = new URL(this.#options.signInPath, this.#options.platformOrigin)
      page.searchParams.set('next', next)
      return redirect(page.href)
    }
    const code = this.#options.seal.seal('code', {
      u: caller.userId,
      s: caller.sessionId,
      h: place.label,
      n: state,
      i: randomBytes(12).toString('base64url'),
      e: Date.now() + CODE_LIFETIME_MS,
    })
    return redirect(withQuery(`${this.#originOf(place)}${ENTER_PATH}`, { code, state }))
  }

  /** Step 3. @throws GATEWAY_HAND_OVER_INVALID */
  enter({ exchange, head }: Arrival, place: PatternLabel): Answer {
    const query = new URLSearchParams(head.query)
    const state = query.get('state') ?? ''
    const kept = this.#readState(state, fieldValues(exchange.client.request.fields, 'cookie'), place)
    const { userId, sessionId } = this.#takeCode(query.get('code') ?? '', { label: place.label, state })
    const session = startPreviewSession({ userId, sessionId, label: place.label })
    const cookies = [formatSession(this.#options.seal, session), formatCookie(`${STATE_COOKIE_PREFIX}${state}`, '', 0)]
    const [sibling, ...others] = kept.siblings
    if (sibling === undefined) return redirect(kept.to, cookies)
    const next = `${this.#options.originOf(sibling, place.workspace)}${SIGN_IN_PATH}`
    return redirect(withQuery(next, { to: kept.to, siblings: others.join(',') }), cookies)
  }

  #begin(place: PatternLabel, { to, siblings, cookies }: Beginning): Answer {
    const { seal, domain, platformOrigin } = this.#options
    const state = randomBytes(16).toString('base64url')
    const note = seal.seal('state', { n: state, h: place.label, t: to, v: siblings, e: Date.now() + STATE_LIFETIME_MS })
    const platform = withQuery(`${platformOrigin}${HAND_OVER_PATH}`, { host: `${place.label}.${domain}`, state })
    return redirect(platform, [
      ...statesGivenUp(cookies),
      formatCookie(`${STATE_COOKIE_PREFIX}${state}`, note, STATE_LIFETIME_MS),
    ])
  }

  async #findCaller({ client }: Arrival['exchange'], { signal }: Waiting) {
    const cookie = fieldValues(client.request.fields, 'cookie').join('; ')
    try {
      return await this.#options.sessions.findCaller(cookie, { signal })
    } catch (error) {
      // An old or ended session is none: the sign-in page says what to do. What cannot be known now is an error.
      if (error instanceof Error && 'status' in error && error.status === 401) return undefined
      throw error
    }
  }

  #readState(state: string, cookies: readonly string[], { label, workspace }: PatternLabel) {
    const text = STATE.test(state) ? findCookie(cookies, `${STATE_COOKIE_PREFIX}${state}`) : undefined
    const note = text === undefined ? undefined : this.#options.seal.open('state', text)
    if (note === undefined || note.n !== state || note.h !== label || isOver(note.e)) throw handOverInvalid('state')
    const to = this.#withinWorkspace(String(note.t), workspace) ?? '/'
    return { to, siblings: Array.isArray(note.v) ? note.v.filter(isPortNumber) : [] }
  }

  #takeCode(text: string, { label, state }: { readonly label: string; readonly state: string }) {
    const note = this.#options.seal.open('code', text)
    if (note === undefined || isOver(note.e)) throw handOverInvalid('code')
    const { u: userId, s: sessionId, h, n, i } = note
    if (h !== label) throw handOverInvalid('host')
    if (n !== state) throw handOverInvalid('state')
    if (typeof userId !== 'string' || typeof sessionId !== 'string' || typeof i !== 'string') {
      throw handOverInvalid('code')
    }
    if (!this.#used.take(i)) throw handOverInvalid('used')
    return { userId, sessionId }
  }

  /**
   * An address of that workspace, as a browser writes it, so that no line can be ended within it.
   * @returns undefined for any other: nobody is led elsewhere (open redirect)
   */
  #withinWorkspace(address: string, workspace: string): string | undefined {
    const url = address.length > LONGEST_DESTINATION ? null : URL.parse(address)
    if (url === null || url.username !== '' || url.password !== '') return undefined
    const port = Number(/^[1-9]\d{3,4}(?=-)/.exec(url.hostname)?.[0] ?? 0)
    return isPortNumber(port) && url.origin === this.#options.originOf(port, workspace) ? url.href : undefined
  }

  #originOf({ port, workspace }: PatternLabel): string {
    return this.#options.originOf(port, workspace)
  }
}

interface Beginning {
  readonly to: string
  readonly siblings: readonly number[]
  readonly cookies: readonly string[]
}

function statesGivenUp(cookies: readonly string[]): readonly string[] {
  const names = cookiePairs(cookies)
    .filter((pair) => pair.startsWith(STATE_COOKIE_PREFIX))
    .map((pair) => pair.split('=', 1)[0] ?? '')
    .filter((name) => STATE.test(name.slice(STATE_COOKIE_PREFIX.length)))
  return names.slice(0, Math.max(0, names.length - MOST_STATES + 1)).map((name) => formatCookie(name, '', 0))
}

function readPorts(text: string | null): readonly number[] {
  const ports = (text ?? '').split(',').map(Number)
  return ports.filter(isPortNumber).slice(0, MOST_SIBLINGS)
}

function isPortNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1_024 && value <= 65_535
}

function isOver(expiresAtMs: unknown): boolean {
  return typeof expiresAtMs !== 'number' || expiresAtMs <= Date.now()
}
