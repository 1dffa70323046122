/** An answer, read to its end. */
export class ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly raw: string
  /** Parsed JSON; undefined for everything else. */
  readonly body: unknown

  constructor(status: number, headers: Headers, raw: string) {
    this.status = status
    this.headers = headers
    this.raw = raw
    this.body = /\bjson\b/.test(headers.get('content-type') ?? '') ? JSON.parse(raw) : undefined
  }

  /** The stable code of a refusal; undefined where the answer is no problem (RFC 9457). */
  get code(): string | undefined {
    const isProblem = this.headers.get('content-type')?.startsWith('application/problem+json') === true
    const code = isProblem ? this.value('code') : undefined
    return typeof code === 'string' ? code : undefined
  }

  /** The fields that a refusal names. */
  get faultyFields(): readonly unknown[] {
    const faults = this.value('details', 'faults')
    return Array.isArray(faults) ? faults.map((fault: unknown) => memberOf(fault, 'field')) : []
  }

  /** A member by its path, undefined where there is none. */
  value(...path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>(memberOf, this.body)
  }

  /** A member that should be a text. */
  text(...path: readonly (string | number)[]): string {
    const value = this.value(...path)
    if (typeof value !== 'string') throw new Error(`"${path.join('.')}" is no text in ${this.status} ${this.raw}`)
    return value
  }

  /** A member that should be a list. */
  list(...path: readonly (string | number)[]): readonly unknown[] {
    const value = this.value(...path)
    if (!Array.isArray(value)) throw new Error(`"${path.join('.')}" is no list in ${this.status} ${this.raw}`)
    return value
  }

  /** The answer itself, when it has that status. */
  expect(status: number): this {
    if (this.status !== status) throw new Error(`${status} was expected, not ${this.status}: ${this.raw}`)
    return this
  }
}

export function memberOf(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
