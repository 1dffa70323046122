import { errorMessage } from '@portolan/errors'
import { normalisePath } from './path.ts'

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$/
const IP_V6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9]+)?$/
const FILE = /^\/\P{Cc}{0,4095}$/u
const NAME = /^\P{Cc}{1,128}$/u

/** Reads one value after the other and keeps every fault; what it gives for a faulty value is never used. */
export class Reader {
  readonly #faults: string[]

  constructor(faults: string[]) {
    this.#faults = faults
  }

  record(value: unknown, at: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
    if (!isRecord(value)) {
      this.fault(at, 'an object', value)
      return {}
    }
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue
      this.#faults.push(`${at === '' ? '' : `${at}.`}${key}: unknown key; expected only ${keys.join(', ')}`)
    }
    return value
  }

  list(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    this.fault(at, 'a list', value)
    return []
  }

  name(value: unknown, at: string): string {
    if (typeof value === 'string' && NAME.test(value)) return value
    return this.fault(at, 'a text of 1 to 128 visible characters', value)
  }

  host(value: unknown, at: string): string {
    if (typeof value === 'string' && (HOST_NAME.test(value) || IP_V6.test(value))) return value
    return this.fault(at, 'a host name or an IP address without a port', value)
  }

  file(value: unknown, at: string): string {
    if (typeof value === 'string' && FILE.test(value)) return value
    return this.fault(at, 'an absolute path', value)
  }

  prefix(value: unknown, at: string): string {
    if (typeof value !== 'string') return this.fault(at, 'a path such as "/api"', value)
    try {
      const path = normalisePath(value)
      return path === '/' ? path : path.replace(/\/$/, '')
    } catch (error) {
      this.#faults.push(`${at}: "${value}" is no path prefix. ${errorMessage(error)}`)
      return ''
    }
  }

  port(value: unknown, at: string, { lowest }: { readonly lowest: number }): number {
    return this.count(value, at, { lowest, highest: 65_535 })
  }

  /** A whole number, both ends included. */
  count(
    value: unknown,
    at: string,
    { lowest, highest }: { readonly lowest: number; readonly highest: number },
  ): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= lowest && value <= highest) return value
    this.fault(at, `a whole number from ${lowest} to ${highest}`, value)
    return lowest
  }

  /** From 0 to 1. */
  ratio(value: unknown, at: string): number {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value
    this.fault(at, 'a number from 0 to 1', value)
    return 0
  }

  flag(value: unknown, at: string): boolean {
    if (typeof value === 'boolean') return value
    this.fault(at, 'true or false', value)
    return false
  }

  fault(at: string, expected: string, found: unknown): string {
    this.#faults.push(`${at === '' ? 'configuration' : at}: expected ${expected}, found ${show(found)}`)
    return ''
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
