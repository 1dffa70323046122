import { type Waiting, waited } from '@portolan/errors'
import { AnswerCache } from './answer-cache.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { membershipUnknown } from './errors.ts'
import { type EventBus, type EventSubscription, MEMBERSHIP_CHANNEL } from './event-bus.ts'
import { isId, memberOf } from './id.ts'
import { callInternal, internalUrl, unexpectedAnswer } from './internal-call.ts'
import { isRole, type Role, type RoleSource } from './role.ts'

const DEFAULTS = {
  clock: SYSTEM_CLOCK,
  keepMs: 5_000,
  timeoutMs: 2_000,
} as const satisfies Partial<MembershipClientOptions>

export interface MembershipClientOptions {
  readonly userUrl: string
  /** Makes a service token for the user service. */
  readonly serviceToken: () => Promise<string>
  readonly bus: EventBus
  readonly clock?: Clock
  readonly keepMs?: number
  readonly timeoutMs?: number
}

/**
 * Asks the user service for roles, and keeps the answers for some seconds as long as the bus would tell of a change.
 * A service that fails is an error: neither a role nor the lack of one.
 */
export class MembershipClient implements RoleSource, AsyncDisposable {
  readonly #options: Required<MembershipClientOptions>
  readonly #roles: AnswerCache<Role | undefined>
  #subscription: EventSubscription | undefined
  #closed: Promise<void> | undefined

  constructor(options: MembershipClientOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
    this.#roles = new AnswerCache({ keepMs: this.#options.keepMs, clock: this.#options.clock })
  }

  async open({ signal }: Waiting): Promise<void> {
    this.#subscription = await this.#options.bus.subscribe(MEMBERSHIP_CHANNEL, (message) => this.#hear(message), {
      onGap: () => this.#roles.clear(),
      signal,
    })
  }

  /** @throws IDENTITY_MEMBERSHIP_UNKNOWN */
  async findRole(workspaceId: string, userId: string, { signal }: Waiting): Promise<Role | undefined> {
    if (!isId(workspaceId) || !isId(userId)) return undefined
    if (!this.#options.bus.isConnected) this.#roles.clear() // what changes now is heard of by nobody
    return waited(
      this.#roles.get(`${workspaceId}/${userId}`, () => this.#ask(workspaceId, userId)),
      { signal },
    )
  }

  close({ signal }: Waiting): Promise<void> {
    this.#closed ??= this.#subscription?.close({ signal }) ?? Promise.resolve()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(5_000) })
  }

  /** Only forgets: the event's role may be older than what was asked since. */
  #hear(message: unknown): void {
    const workspaceId = memberOf(message, 'workspaceId')
    const userId = memberOf(message, 'userId')
    const isUnderstood = memberOf(message, 'type') === 'membership-changed' && isId(workspaceId) && isId(userId)
    if (isUnderstood) this.#roles.drop(`${workspaceId}/${userId}`)
    else this.#roles.clear()
  }

  async #ask(workspaceId: string, userId: string): Promise<Role | undefined> {
    const { userUrl, serviceToken, timeoutMs } = this.#options
    try {
      const url = internalUrl(userUrl, `/internal/workspaces/${workspaceId}/members/${userId}`)
      const answer = await callInternal({ url, serviceToken, timeoutMs }, { signal: AbortSignal.timeout(timeoutMs) })
      const role = memberOf(answer.body, 'role')
      if (answer.status === 200 && isRole(role)) return role
      if (answer.status === 404 && isAnswerOfService(answer.body)) return undefined
      throw unexpectedAnswer(answer)
    } catch (cause) {
      throw membershipUnknown(cause)
    }
  }
}

/** A 404 of something else that listens there, or for a path that the service does not have, is no answer. */
function isAnswerOfService(body: unknown): boolean {
  const code = memberOf(body, 'code')
  return typeof code === 'string' && code !== 'SERVICE_ROUTE_UNKNOWN'
}

/** @see MembershipClient */
export async function openMembershipClient(
  options: MembershipClientOptions,
  { signal }: Waiting,
): Promise<MembershipClient> {
  signal.throwIfAborted()
  const client = new MembershipClient(options)
  await client.open({ signal })
  return client
}
