import { createHash } from 'node:crypto'
import { type PortRange, TRANSPORTS, type Transport } from '@portolan/ports'
import { type RequestFault, requestInvalid } from './errors.ts'
import { isName } from './name.ts'
import type { Authorship, IdempotencyKey } from './operation.ts'

/** What every request may say of itself. */
export interface Authored {
  /** Who asks, for the history: a person or a machine. The project unless said otherwise. */
  readonly actor?: string
  /** Why, for the history. */
  readonly reason?: string
  /** The same key with the same request gives the same answer for 24 hours. Keys are the project's own. */
  readonly idempotencyKey?: string
}

export function authorshipOf(project: string, { actor, reason }: Authored): Authorship {
  return { actor: actor ?? project, reason }
}

/** @param operation what is done, for a key stands for one operation too */
export function keyOf(operation: string, request: Authored & { readonly project: string }): IdempotencyKey | undefined {
  const { idempotencyKey: key, project, ...body } = request
  return key === undefined ? undefined : { project, key, bodyHash: bodyHash({ operation, project, ...body }) }
}

/** Two spellings of one request have one hash: names are sorted. */
export function bodyHash(body: object): string {
  const text = JSON.stringify(body, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
  return createHash('sha256').update(text).digest('base64')
}

const TEXT_LIMIT = 500
const LABEL_LIMIT = 64
/** Of all names and values together: a page of a thousand claims has to stay an answer that can be read. */
const LABEL_TEXT_LIMIT = 8_192
const FAULT_LIMIT = 20
const HIGHEST_LEASE_MS = 366 * 24 * 3_600_000

/** Collects what is wrong with a request, so that all of it is said at once. */
export class RequestCheck {
  readonly #faults: RequestFault[] = []

  name(field: string, value: string): this {
    return this.#hold(
      isName(value),
      field,
      'of 1–100 small letters, digits and . _ / -, not beginning or ending with those signs, and with no ' +
        'empty, "." or ".." part',
    )
  }

  text(field: string, value: string | undefined): this {
    const isText = value === undefined || (value.length <= TEXT_LIMIT && value.isWellFormed() && !value.includes('\0'))
    return this.#hold(isText, field, `text of at most ${TEXT_LIMIT} characters`)
  }

  authored(request: Authored): this {
    const { actor, reason, idempotencyKey } = request
    return this.text('actor', actor).text('reason', reason).text('idempotencyKey', idempotencyKey)
  }

  labels(labels: Readonly<Record<string, string>> | undefined): this {
    const entries = Object.entries(labels ?? {})
    this.#hold(entries.length <= LABEL_LIMIT, 'labels', `at most ${LABEL_LIMIT}`)
    const textLength = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
    this.#hold(textLength <= LABEL_TEXT_LIMIT, 'labels', `at most ${LABEL_TEXT_LIMIT} characters together`)
    for (const [name, value] of entries.slice(0, LABEL_LIMIT))
      this.text(`labels: ${name.slice(0, 40)}`, name).text(`labels.${name}`, value)
    return this
  }

  count(field: string, value: number | undefined, [least, most]: readonly [number, number]): this {
    const isCount = value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)
    return this.#hold(isCount, field, `a whole number from ${least} to ${most}`)
  }

  leaseMs(value: number | undefined, field = 'leaseMs'): this {
    return this.count(field, value, [1, HIGHEST_LEASE_MS])
  }

  transport(value: Transport | undefined): this {
    return value === undefined ? this : this.oneOf('transport', value, TRANSPORTS)
  }

  oneOf(field: string, value: string, allowed: readonly string[]): this {
    return this.#hold(allowed.includes(value), field, `one of ${allowed.join(', ')}`)
  }

  range(field: string, { first, last }: PortRange): this {
    const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535
    return this.#hold(
      isPort(first) && isPort(last) && first <= last,
      field,
      'ports from 1 to 65535, the lower one first',
    )
  }

  /** @throws REGISTRY_REQUEST_INVALID with every fault, up to twenty */
  done(): void {
    if (this.#faults.length > 0) throw requestInvalid(this.#faults)
  }

  #hold(isRight: boolean, field: string, expected: string): this {
    if (!isRight && this.#faults.length < FAULT_LIMIT) this.#faults.push({ field, expected })
    return this
  }
}
