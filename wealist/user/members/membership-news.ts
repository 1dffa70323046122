import type { Bus } from '@portolan/bus'
import { MEMBERSHIP_CHANNEL } from '@portolan/identity'
import type { Logger } from '@portolan/service'
import type { UserDatabase } from '../store.ts'
import { deleteNews, listNews } from './membership-news-repository.ts'

const BATCH = 100
const PUBLISH_LIMIT_MS = 1_000

export interface MembershipNewsOptions {
  readonly db: UserDatabase
  readonly bus: Pick<Bus, 'publish'>
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Tells every service of changed memberships. Each change is kept in the transaction that made it and forgotten once
 * the bus has taken it, so it is told at least once, whatever fails in between; and with the role that is true when it
 * is told, in one order.
 */
export class MembershipNews {
  readonly #options: MembershipNewsOptions
  #round: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(options: MembershipNewsOptions) {
    this.#options = options
  }

  /**
   * Resolves when all that was committed before has been told, or could not be: then a later call tells it. Never
   * rejects: the change itself has been made.
   */
  announce(): Promise<void> {
    this.#next ??= this.#round.then(() => {
      this.#next = undefined
      this.#round = this.#tell()
      return this.#round
    })
    return this.#next
  }

  async #tell(): Promise<void> {
    const { db, logger } = this.#options
    try {
      for (;;) {
        const items = await listNews(db, BATCH)
        for (const item of items) {
          await this.#publish(item)
          await deleteNews(db, item.id)
        }
        if (items.length < BATCH) return
      }
    } catch (error) {
      logger.warn({ err: error }, 'changed memberships could not be announced; this is tried again')
    }
  }

  async #publish({ workspaceId, userId, role }: Awaited<ReturnType<typeof listNews>>[number]): Promise<void> {
    const message = { type: 'membership-changed', workspaceId, userId, role } as const
    await this.#options.bus.publish(MEMBERSHIP_CHANNEL, message, { signal: AbortSignal.timeout(PUBLISH_LIMIT_MS) })
  }
}
