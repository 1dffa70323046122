import type { Waiting } from '@portolan/errors'
import Type, { type Static, type TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { accountUnknown, authUnavailable, confirmationWrong, tooManyRequests } from './errors.ts'
import { LOCALES, type Locale } from './profiles/locale.ts'

const TIMEOUT_MS = 3_000

const ENDED_SESSIONS = Type.Object({ sessions: Type.Array(Type.Object({ sid: Type.String() })) })
const ACCOUNT = Type.Object({
  id: Type.String(),
  email: Type.String({ minLength: 3, maxLength: 254 }),
  emailVerified: Type.Boolean(),
  name: Type.String({ minLength: 1, maxLength: 80 }),
  locale: Type.Enum([...LOCALES]),
})
const PROBLEM = Type.Object({
  code: Type.String(),
  details: Type.Optional(
    Type.Object({
      retryAfterSeconds: Type.Optional(Type.Number()),
      faults: Type.Optional(Type.Array(Type.Object({ field: Type.String() }))),
    }),
  ),
})

export type Account = Static<typeof ACCOUNT>

/** How a person shows again that it is them. */
export interface Confirmation {
  readonly password?: string
  readonly code?: string
}

/** A mail that auth writes and sends. */
export interface InvitationMail {
  readonly to: string
  readonly locale: Locale
  readonly inviter: string
  readonly workspace: string
  /** Of our own pages, with the token in its fragment. */
  readonly path: string
}

export interface AuthClientOptions {
  readonly authUrl: string
  /** Makes a service token for auth. */
  readonly serviceToken: () => Promise<string>
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** What this service asks auth over its internal port. A call that fails is USER_AUTH_UNAVAILABLE. */
export class AuthClient {
  readonly #options: AuthClientOptions

  constructor(options: AuthClientOptions) {
    this.#options = options
  }

  /** `GET /internal/ended-sessions`: the ids of those of the last minutes. */
  async listEndedSessions({ signal }: Waiting): Promise<readonly string[]> {
    const answer = await this.#ask('/internal/ended-sessions', undefined, { signal })
    return parsed(ENDED_SESSIONS, answer).sessions.map(({ sid }) => sid)
  }

  /** `GET /internal/accounts/:userId`. @returns undefined when there is none */
  async findAccount(userId: string, { signal }: Waiting): Promise<Account | undefined> {
    const answer = await this.#ask(`/internal/accounts/${userId}`, undefined, { signal })
    return isAbsence(answer) ? undefined : parsed(ACCOUNT, answer)
  }

  /**
   * `POST /internal/accounts/:userId/confirm {password?, code?}`, which answers 204 when auth is content.
   * @throws USER_CONFIRMATION_WRONG, USER_TOO_MANY_REQUESTS, USER_ACCOUNT_UNKNOWN
   */
  async confirm(userId: string, { password, code }: Confirmation, { signal }: Waiting): Promise<void> {
    const given = { ...(password === undefined ? {} : { password }), ...(code === undefined ? {} : { code }) }
    const answer = await this.#ask(`/internal/accounts/${userId}/confirm`, given, { signal })
    if (answer.status >= 300) throw confirmationRefusal(answer)
  }

  /** `POST /internal/accounts/:userId/remove`. Also when there is none any more. */
  async removeAccount(userId: string, { signal }: Waiting): Promise<void> {
    const answer = await this.#ask(`/internal/accounts/${userId}/remove`, {}, { signal })
    if (answer.status >= 300 && !isAbsence(answer)) throw unexpected(answer)
  }

  /** `POST /internal/mails {template, to, locale, parameters}`: auth keeps it and sends it until it has arrived. */
  async sendInvitation({ to, locale, ...parameters }: InvitationMail, { signal }: Waiting): Promise<void> {
    const answer = await this.#ask('/internal/mails', { template: 'invitation', to, locale, parameters }, { signal })
    if (answer.status >= 300) throw unexpected(answer)
  }

  /** Without a body it is a GET. */
  async #ask(path: `/internal/${string}`, body: unknown, { signal }: Waiting): Promise<Answer> {
    const { authUrl, serviceToken } = this.#options
    try {
      const response = await fetch(new URL(path, authUrl), {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${await serviceToken()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error', // a redirect would carry the service token to an address that nobody chose
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch (cause) {
      throw authUnavailable(cause)
    }
  }
}

function parsed<Schema extends TSchema>(schema: Schema, answer: Answer): Static<Schema> {
  if (answer.status === 200 && Check(schema, answer.body)) return answer.body
  throw unexpected(answer)
}

const CONFIRMATION_FIELDS = ['password', 'code'] as const

/** Auth's refusal in this service's words; whatever is not about what the person has entered is auth's failure. */
function confirmationRefusal(answer: Answer): Error {
  if (answer.status >= 500 || !Check(PROBLEM, answer.body)) return unexpected(answer)
  const { code, details } = answer.body
  if (answer.status === 429) return tooManyRequests((details?.retryAfterSeconds ?? 1) * 1_000)
  if (code === 'AUTH_ACCOUNT_UNKNOWN') return accountUnknown()
  const field = CONFIRMATION_FIELDS.find((name) => details?.faults?.some((fault) => fault.field === name))
  return field === undefined ? unexpected(answer) : confirmationWrong(field)
}

/** A 404 of something else that listens there, or for a path that auth does not have, is no answer. */
function isAbsence({ status, body }: Answer): boolean {
  return status === 404 && Check(PROBLEM, body) && body.code === 'AUTH_ACCOUNT_UNKNOWN'
}

/** Never the body: it may hold a secret. */
function unexpected({ status }: Answer): Error {
  return authUnavailable(new Error(`Auth answered with status ${status} and a body that was not expected.`))
}
