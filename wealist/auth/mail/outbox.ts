import { setTimeout as delay } from 'node:timers/promises'
import { errorMessage, isAppError } from '@portolan/errors'
import type { Clock } from '@portolan/identity'
import type { Logger } from '@portolan/service'
import { BackgroundLoop } from '../background-loop.ts'
import type { Store } from '../store.ts'
import type { ClaimedMail, MailTransport } from './mail.ts'
import { prepareMail } from './mail-preparation.ts'
import { claimMails, recordSetback, removeMail } from './mail-repository.ts'
import { retryDelayMs } from './retry-delay.ts'

export interface OutboxOptions {
  readonly store: Store
  readonly transport: MailTransport
  readonly publicOrigin: string
  readonly clock: Clock
  readonly logger: Logger
  /** Between two looks for mails that are due again, or that another process has queued. */
  readonly lookEveryMs?: number
}

const DEFAULTS = { lookEveryMs: 5_000 } as const
const AT_ONCE = 4
/** Longer than the transport's own limits together. */
const CLAIM_MS = 5 * 60_000
const CLOSE_GRACE_MS = 4_000
const REASON_LIMIT = 300

/**
 * Sends the mails that wait in the database. At least once: a process that dies between handing a mail over and saying
 * so sends it again, with the same Message-ID.
 */
export class Outbox implements AsyncDisposable {
  readonly #options: Required<OutboxOptions>
  readonly #loop: BackgroundLoop

  constructor(options: OutboxOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
    const { logger, lookEveryMs } = this.#options
    this.#loop = new BackgroundLoop({ name: 'outbox', everyMs: lookEveryMs, logger, work: () => this.#sendDue() })
  }

  /** Something has been queued here. */
  wake(): void {
    this.#loop.wake()
  }

  /** Waits some seconds for mails that are being handed over; the others come again when their claim is over. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.race([this.#loop.close(), delay(CLOSE_GRACE_MS, undefined, { ref: false })])
    this.#options.transport.close()
  }

  async #sendDue(): Promise<void> {
    const { store, clock } = this.#options
    const now = clock.now()
    const until = new Date(now.getTime() + CLAIM_MS)
    const claimed = await claimMails(store.db, { limit: AT_ONCE, now, until })
    const outcomes = await Promise.allSettled(claimed.map((mail) => this.#send(mail)))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    if (claimed.length === AT_ONCE) this.wake() // there may be more
  }

  async #send(mail: ClaimedMail): Promise<void> {
    const { store, transport, publicOrigin, clock } = this.#options
    const context = { publicOrigin, now: clock.now() }
    const message = await store.change((tx) => prepareMail(tx, mail, context))
    try {
      if (message !== undefined) await transport.send(message)
    } catch (error) {
      return this.#recordSetback(mail, error)
    }
    await removeMail(store.db, mail.id)
  }

  async #recordSetback(mail: ClaimedMail, error: unknown): Promise<void> {
    const { store, clock, logger } = this.#options
    const isPermanent = isAppError(error) && error.details.isPermanent === true
    const nextAttemptAt = new Date(clock.now().getTime() + retryDelayMs(mail.attemptCount))
    const isGivenUp = isPermanent || nextAttemptAt >= mail.expiresAt
    logger.warn({ err: error, mailId: mail.id, template: mail.template, isGivenUp }, 'a mail could not be handed over')
    const reason = errorMessage(error)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .slice(0, REASON_LIMIT)
    await recordSetback(store.db, mail.id, { reason, nextAttemptAt: isGivenUp ? undefined : nextAttemptAt })
  }
}
