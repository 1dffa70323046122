import { ACCESS_COOKIE, REFRESH_COOKIE } from '@portolan/identity'
import { EventReader } from '@portolan/service/testing'
import { ApiAnswer, memberOf } from './api-answer.ts'
import { type Outbox, tokenOf } from './outbox.ts'

export interface ApiRequest {
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, instead of `body`; say its type in `headers`. */
  readonly content?: string | Uint8Array<ArrayBuffer>
  /** Beside those of a browser; undefined leaves one of them out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Rejects when there is no answer by then; 60 seconds unless said otherwise. */
  readonly timeoutMs?: number
}

/** Whom a person is made of. */
export interface PersonFacts {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly locale: 'en' | 'ko'
}

export interface PersonWorld {
  /** Where the gateway is: the only door. */
  readonly origin: string
  readonly outbox: Pick<Outbox, 'linkOf'>
  /** What must never stand in a log. */
  keepSecret(text: string): void
}

export type WorkspaceRole = 'admin' | 'member' | 'guest'

/**
 * Somebody who uses weAlist through the gateway, as a browser does: with a cookie jar of their own, and the Origin of
 * our own pages. Nothing is refused here: what is answered is returned, and the test judges.
 */
export class ApiPerson {
  readonly facts: PersonFacts
  readonly cookies = new Map<string, string>()
  readonly #world: PersonWorld

  constructor(facts: PersonFacts, world: PersonWorld) {
    this.facts = facts
    this.#world = world
    world.keepSecret(facts.password)
  }

  get email(): string {
    return this.facts.email
  }

  get accessToken(): string {
    return this.cookies.get(ACCESS_COOKIE) ?? ''
  }

  get refreshToken(): string {
    return this.cookies.get(REFRESH_COOKIE) ?? ''
  }

  /** Of the access token, unverified. @throws for who is not signed in */
  get userId(): string {
    return this.#claim('sub')
  }

  get sessionId(): string {
    return this.#claim('sid')
  }

  /** The same person with the same cookies in another place: whoever has stolen them, or a second tab. */
  copy(): ApiPerson {
    const other = new ApiPerson(this.facts, this.#world)
    for (const [name, value] of this.cookies) other.cookies.set(name, value)
    return other
  }

  /** The same person on a device where nobody is signed in. */
  elsewhere(): ApiPerson {
    return new ApiPerson(this.facts, this.#world)
  }

  /** @param call method and path, such as `GET /api/users/me` */
  async send(call: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const response = await this.#fetch(call, request, AbortSignal.timeout(request.timeoutMs ?? 60_000))
    this.#keep(response.headers.getSetCookie())
    return new ApiAnswer(response.status, response.headers, await response.text())
  }

  get(path: string): Promise<ApiAnswer> {
    return this.send(`GET ${path}`)
  }

  post(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.send(`POST ${path}`, { body })
  }

  signUp(): Promise<ApiAnswer> {
    const { email, password, name, locale } = this.facts
    return this.post('/api/auth/sign-up', { email, password, name, locale })
  }

  /** Opens the link of the mail that signing up has sent. */
  async verify(): Promise<ApiAnswer> {
    const token = tokenOf(await this.#world.outbox.linkOf(this.email, 'verify-email'))
    this.#world.keepSecret(token)
    return this.post('/api/auth/email/verify', { token, password: this.facts.password })
  }

  signIn(password = this.facts.password): Promise<ApiAnswer> {
    return this.post('/api/auth/sign-in', { email: this.email, password })
  }

  refresh(): Promise<ApiAnswer> {
    return this.post('/api/auth/refresh')
  }

  signOut(): Promise<ApiAnswer> {
    return this.post('/api/auth/sign-out')
  }

  /** @returns the id of a workspace of their own */
  async createWorkspace(name = 'Harbour'): Promise<string> {
    return (await this.post('/api/users/workspaces', { name })).expect(201).text('id')
  }

  /** Makes an invitation link. @returns its token */
  async inviteByLink(workspaceId: string, role: WorkspaceRole = 'member', options: object = {}): Promise<string> {
    const path = `/api/users/workspaces/${workspaceId}/invitations`
    const made = (await this.post(path, { role, ...options })).expect(201)
    const token = tokenOf(new URL(made.text('url')))
    this.#world.keepSecret(token)
    return token
  }

  accept(invitationToken: string): Promise<ApiAnswer> {
    return this.post(`/api/users/invitations/${invitationToken}/accept`)
  }

  /** Makes a personal access token. @returns its text */
  async createToken(scopes: readonly string[]): Promise<string> {
    const made = await this.post('/api/auth/tokens', { name: scopes.join(' '), scopes })
    const token = made.expect(201).text('token')
    this.#world.keepSecret(token)
    return token
  }

  /** An event stream. @throws when it is refused */
  async listen(query = ''): Promise<EventReader> {
    const abort = new AbortController()
    const headers = { accept: 'text/event-stream' }
    const response = await this.#fetch(`GET /api/users/events${query}`, { headers }, abort.signal)
    if (response.status === 200 && response.body !== null) {
      return new EventReader(response.body, abort, { mayBeLost: true })
    }
    throw new Error(`The stream was refused: ${response.status} ${await response.text()}`)
  }

  #fetch(call: string, { body, content, headers = {} }: ApiRequest, signal: AbortSignal): Promise<Response> {
    const [method = 'GET', path = '/'] = call.split(' ')
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = {
      origin: this.#world.origin,
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }
    return fetch(this.#world.origin + path, {
      method,
      signal,
      redirect: 'manual',
      headers: Object.entries(sent).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(content === undefined ? {} : { body: content }),
    })
  }

  /** What a browser does with `Set-Cookie`, as far as it matters here. */
  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, value)
      if (value !== '') this.#world.keepSecret(value)
    }
  }

  #claim(name: string): string {
    const [, payload = ''] = this.accessToken.split('.')
    const claims: unknown = payload === '' ? undefined : JSON.parse(Buffer.from(payload, 'base64url').toString())
    const value = memberOf(claims, name)
    if (typeof value !== 'string') throw new Error(`${this.email} is not signed in.`)
    return value
  }
}
