import { existsSync } from 'node:fs'
import { errorMessage } from '@portolan/errors'
import type { GatewayLogger } from '../log.ts'
import { type Certificate, isFor, markOf, readCertificate } from './certificate.ts'
import type { CertificateFiles } from './tls-configuration.ts'

/** How often the files are looked at. Watching them instead would miss links that point elsewhere. */
const LOOK_MS = 5_000
const DAY_MS = 86_400_000
const SOON_MS = 14 * DAY_MS

export interface CertificateStoreOptions {
  readonly logger: GatewayLogger
  /** Told when what is shown has changed. */
  readonly onChange: () => void
  readonly lookMs?: number | undefined
}

/**
 * The certificates of a gateway. Files that change are read again, and the next handshake shows what they hold; open
 * connections go on. What cannot be used leaves the one before in its place.
 */
export class CertificateStore {
  readonly #options: CertificateStoreOptions
  readonly #looking: NodeJS.Timeout
  readonly #warnedAtMs = new Map<string, number>()
  /** Of files that could not be used: the state in which it was said. */
  readonly #refused = new Map<string, string>()
  #certificates: readonly Certificate[] = []
  /** Files that are still to come: certificates that have been ordered. */
  #expected: readonly CertificateFiles[] = []
  #look: Promise<void> | undefined

  constructor(options: CertificateStoreOptions) {
    this.#options = options
    this.#looking = setInterval(() => void this.look(), options.lookMs ?? LOOK_MS)
    this.#looking.unref()
  }

  /**
   * @param expected files that may not be there yet
   * @throws GATEWAY_CERTIFICATE_UNUSABLE, and those before stay
   */
  async configure(files: readonly CertificateFiles[], expected: readonly CertificateFiles[]): Promise<void> {
    const known = await Promise.all(files.map((one) => this.#keptOr(one)))
    this.#certificates = known
    this.#expected = expected
    await this.look()
    this.#warn()
    this.#options.onChange()
  }

  /** The first one, for clients that name no host. */
  get first(): Certificate | undefined {
    return this.#certificates[0]
  }

  get all(): readonly Certificate[] {
    return this.#certificates
  }

  /** The certificate for a name; of several the first, and one that is valid before one that is not. */
  find(name: string): Certificate | undefined {
    const lower = name.toLowerCase()
    const now = new Date()
    const fitting = this.#certificates.filter((one) => isFor(one, lower))
    return fitting.find(({ validFrom, validTo }) => validFrom <= now && now < validTo) ?? fitting[0]
  }

  /** Reads again what has changed. Never rejects. */
  look(): Promise<void> {
    this.#look ??= this.#lookNow().finally(() => {
      this.#look = undefined
    })
    return this.#look
  }

  close(): void {
    clearInterval(this.#looking)
  }

  async #lookNow(): Promise<void> {
    const renewed = await Promise.all(this.#certificates.map((one) => this.#renewed(one)))
    const arrived = await Promise.all(this.#missing().map((files) => this.#arrived(files)))
    const next = [...renewed, ...arrived.filter((one) => one !== undefined)]
    const isSame = next.length === this.#certificates.length && next.every((one, at) => one === this.#certificates[at])
    if (!isSame) {
      this.#certificates = next
      this.#options.onChange()
    }
    this.#warn()
  }

  #missing(): readonly CertificateFiles[] {
    const have = new Set(this.#certificates.map(({ files }) => files.certificate))
    return this.#expected.filter(({ certificate }) => !have.has(certificate))
  }

  async #renewed(certificate: Certificate): Promise<Certificate> {
    const { files } = certificate
    const mark = await markOf(files).catch(errorMessage)
    if (mark === certificate.mark || mark === this.#refused.get(files.certificate)) return certificate
    const next = await this.#readOrSay(files, mark)
    return next ?? certificate
  }

  async #arrived(files: CertificateFiles): Promise<Certificate | undefined> {
    if (!existsSync(files.certificate) || !existsSync(files.key)) return undefined
    const mark = await markOf(files).catch(errorMessage)
    return mark === this.#refused.get(files.certificate) ? undefined : this.#readOrSay(files, mark)
  }

  async #readOrSay(files: CertificateFiles, mark: string): Promise<Certificate | undefined> {
    const { logger } = this.#options
    try {
      const certificate = await readCertificate(files)
      this.#refused.delete(files.certificate)
      logger.info(
        { file: files.certificate, names: certificate.names, validTo: certificate.validTo },
        'certificate read',
      )
      return certificate
    } catch (error) {
      this.#refused.set(files.certificate, mark)
      logger.warn({ file: files.certificate, error: errorMessage(error) }, 'certificate refused')
      return undefined
    }
  }

  async #keptOr(files: CertificateFiles): Promise<Certificate> {
    const kept = this.#certificates.find(
      (one) => one.files.certificate === files.certificate && one.files.key === files.key,
    )
    return kept ?? readCertificate(files)
  }

  /** Once a day for each that ends soon. */
  #warn(): void {
    const nowMs = Date.now()
    for (const { files, names, validTo } of this.#certificates) {
      const isSoon = validTo.getTime() - nowMs < SOON_MS
      if (!isSoon || nowMs - (this.#warnedAtMs.get(files.certificate) ?? 0) < DAY_MS) continue
      this.#warnedAtMs.set(files.certificate, nowMs)
      this.#options.logger.warn({ file: files.certificate, names, validTo }, 'certificate ends soon')
    }
  }
}
