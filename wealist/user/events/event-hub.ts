import type { Role } from '@portolan/identity'
import type { EventStream, Logger } from '@portolan/service'
import Type from 'typebox'
import { Check } from 'typebox/value'
import { streamLimit } from '../errors.ts'
import { findRole, listMemberships } from '../members/member-repository.ts'
import type { UserDatabase } from '../store.ts'
import { isUuid } from '../uuid.ts'

const STREAM_LIMIT = 30

const MESSAGE = Type.Object({
  type: Type.Enum(['membership-changed']),
  workspaceId: Type.String(),
  userId: Type.String(),
})

/** Whose page listens to what. */
export interface Listener {
  readonly userId: string
  readonly sessionId: string
  /** Then it hears of everybody in this workspace, and ends when its own membership does. */
  readonly workspaceId?: string
  readonly stream: Pick<EventStream, 'send' | 'close' | 'signal'>
}

export interface EventHubOptions {
  readonly db: UserDatabase
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * The event streams of this process. The bus only says that something has moved; what is told is read from the
 * database, and a stream that cannot be told the truth is closed, so that its page asks again.
 */
export class EventHub {
  readonly #options: EventHubOptions
  readonly #listeners = new Set<Listener>()

  constructor(options: EventHubOptions) {
    this.#options = options
  }

  /** @throws USER_STREAM_LIMIT */
  requireRoom(userId: string): void {
    const own = [...this.#listeners].filter((listener) => listener.userId === userId)
    if (own.length >= STREAM_LIMIT) throw streamLimit(STREAM_LIMIT)
  }

  /** From here on the stream hears of every change; first it is told what is true now. */
  async add(listener: Listener): Promise<void> {
    const { signal } = listener.stream
    if (signal.aborted) return
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true })
    await this.#greet(listener)
  }

  /** A message of the bus's membership channel. */
  async hear(message: unknown): Promise<void> {
    if (!Check(MESSAGE, message) || !isUuid(message.workspaceId) || !isUuid(message.userId)) return
    const { workspaceId, userId } = message
    const concerned = [...this.#listeners].filter(
      (listener) => listener.userId === userId || listener.workspaceId === workspaceId,
    )
    if (concerned.length === 0) return
    const role = await this.#findRole(workspaceId, userId)
    if (role === 'unknown') {
      for (const { stream } of concerned) stream.close()
      return
    }
    const data = JSON.stringify({ workspaceId, userId, role: role ?? null })
    for (const listener of concerned) {
      listener.stream.send({ event: 'membership-changed', data })
      const isOut = role === undefined && listener.userId === userId && listener.workspaceId === workspaceId
      if (isOut) listener.stream.close()
    }
  }

  /** Messages may be missing: everybody is told again what is true. */
  async catchUp(): Promise<void> {
    for (const listener of this.#listeners) await this.#greet(listener)
  }

  end(sessionId: string): void {
    for (const { sessionId: own, stream } of this.#listeners) {
      if (own !== sessionId) continue
      stream.send({ event: 'session-ended', data: '{}' })
      stream.close()
    }
  }

  async #greet({ userId, workspaceId, stream }: Listener): Promise<void> {
    try {
      const memberships = await listMemberships(this.#options.db, userId)
      const data = JSON.stringify({
        memberships: memberships.map((each) => ({ workspaceId: each.workspaceId, role: each.role })),
      })
      stream.send({ event: 'memberships', data })
      const isOut = workspaceId !== undefined && !memberships.some((each) => each.workspaceId === workspaceId)
      if (isOut) stream.close()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'an event stream could not be told its memberships and was closed')
      stream.close()
    }
  }

  async #findRole(workspaceId: string, userId: string): Promise<Role | undefined | 'unknown'> {
    try {
      return await findRole(this.#options.db, workspaceId, userId)
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'event streams could not be told of a membership and were closed')
      return 'unknown'
    }
  }
}
