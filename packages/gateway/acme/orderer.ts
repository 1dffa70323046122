import { X509Certificate } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, errorMessage } from '@portolan/errors'
import type { GatewayLogger } from '../log.ts'
import { issuedFile } from '../tls/issued-file.ts'
import type { AcmeConfiguration } from '../tls/tls-configuration.ts'
import { certificateNotIssued } from '../tls/tls-errors.ts'
import { issueCertificate } from './issue.ts'
import { acquireOrderLock } from './order-lock.ts'
import { writeSecret } from './secret-file.ts'

/** How often it is looked whether something is due, and whether whoever ordered is gone. */
const LOOK_MS = 30_000
/** An issuer that is asked too often refuses for hours: the waits after one failure, two, three … */
const RETRY_MS = [60_000, 300_000, 1_800_000, 10_800_000, 43_200_000] as const
/** Of the life of a certificate, after which it is renewed. */
const RENEWED_AT_RATIO = 2 / 3

export interface OrdererOptions {
  readonly logger: GatewayLogger
  /** A certificate has come. */
  readonly onIssued: () => Promise<void>
  readonly lookMs?: number | undefined
}

interface Failures {
  readonly count: number
  readonly again: number
}

/**
 * Orders certificates and renews them. All processes of a gateway have one, and the one that gets the folder's lock
 * orders; the others read what it has written.
 */
export class Orderer {
  readonly #options: OrdererOptions
  readonly #looking: NodeJS.Timeout
  readonly #failures = new Map<string, Failures>()
  #acme: AcmeConfiguration | undefined
  #lock: Disposable | undefined
  #lockFolder = ''
  #isOrdering = false
  #isClosed = false

  constructor(options: OrdererOptions) {
    this.#options = options
    this.#looking = setInterval(() => void this.#look(), options.lookMs ?? LOOK_MS)
    this.#looking.unref()
  }

  /** Begins at once, and does not wait for it. */
  configure(acme: AcmeConfiguration | undefined): void {
    this.#acme = acme
    if (acme === undefined || acme.folder !== this.#lockFolder) this.#release()
    void this.#look() // it logs its own failures
  }

  /** An order that is under way is given up; its account and challenges are not harmed by that. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#looking)
    this.#release()
  }

  async #look(): Promise<void> {
    const acme = this.#acme
    if (acme === undefined || this.#isOrdering || this.#isClosed) return
    this.#isOrdering = true
    try {
      if (!(await this.#mayOrder(acme))) return
      for (const name of acme.names)
        if (!this.#isClosed && (await this.#isDue(acme, name))) await this.#order(acme, name)
    } catch (error) {
      this.#options.logger.warn({ folder: acme.folder, error: errorMessage(error) }, 'certificates not looked at')
    } finally {
      this.#isOrdering = false
    }
  }

  async #mayOrder({ folder }: AcmeConfiguration): Promise<boolean> {
    if (this.#lock !== undefined) return true
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (this.#isClosed) return false
    this.#lock = acquireOrderLock(join(folder, 'order.lock'))
    this.#lockFolder = folder
    return this.#lock !== undefined
  }

  async #isDue(acme: AcmeConfiguration, name: string): Promise<boolean> {
    if (Date.now() < (this.#failures.get(name)?.again ?? 0)) return false
    try {
      const { validFromDate, validToDate } = new X509Certificate(await readFile(issuedFile(acme, name)))
      const from = validFromDate.getTime()
      return Date.now() >= from + (validToDate.getTime() - from) * RENEWED_AT_RATIO
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return true
      this.#options.logger.warn({ name, error: errorMessage(error) }, 'certificate ordered anew: it cannot be read')
      return true
    }
  }

  async #order(acme: AcmeConfiguration, name: string): Promise<void> {
    const { logger, onIssued } = this.#options
    logger.info({ name, directory: acme.directory }, 'certificate ordered')
    try {
      const pem = await issueCertificate(acme, name)
      await writeSecret(issuedFile(acme, name), pem)
      this.#failures.delete(name)
      logger.info({ name, validTo: new X509Certificate(pem).validToDate }, 'certificate issued')
      await onIssued()
    } catch (cause) {
      if (this.#isClosed) return
      const { code, message } = certificateNotIssued(name, errorMessage(cause), cause)
      logger.warn({ name, error: { code, message }, againInMs: this.#fail(name) }, 'certificate not issued')
    }
  }

  /** @returns how long it is waited now */
  #fail(name: string): number {
    const count = this.#failures.get(name)?.count ?? 0
    const waitMs = RETRY_MS[Math.min(count, RETRY_MS.length - 1)] ?? LOOK_MS
    this.#failures.set(name, { count: count + 1, again: Date.now() + waitMs })
    return waitMs
  }

  #release(): void {
    this.#lock?.[Symbol.dispose]()
    this.#lock = undefined
  }
}
