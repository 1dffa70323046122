import { createHash, randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { Account } from './account.ts'

/** How many accounts are known at the most: about 20 MB. */
const MOST_ACCOUNTS = 50_000
/** Where strangers go when the table is full. */
const SHARED_COUNT = 256
/** Per sweep, so that no sweep takes long. */
const LOOKED_AT_PER_SWEEP = 10_000

export interface AccountsOptions {
  readonly isExempt?: (address: string) => boolean
  readonly most?: number
}

/**
 * The accounts of one kind by name, in bounded memory. Only an account that is as good as new is forgotten, so nobody
 * gets a fresh one by filling the table: when it is full, whoever is new shares one of a few hundred accounts, chosen by
 * a hash with a secret, with others who are new.
 */
export class Accounts {
  readonly #kind: string
  readonly #isExempt: (address: string) => boolean
  readonly #most: number
  readonly #accountsByName = new Map<string, Account>()
  readonly #shared: Account[] = []
  readonly #secret = randomBytes(16)
  #sweeping: IterableIterator<Account> | undefined

  constructor(kind: string, { isExempt = () => false, most = MOST_ACCOUNTS }: AccountsOptions = {}) {
    this.#kind = kind
    this.#isExempt = isExempt
    this.#most = most
  }

  get size(): number {
    return this.#accountsByName.size + this.#shared.length
  }

  /** @param address by which it is exempt or not */
  of(name: string, address = name): Account {
    return this.#accountsByName.get(name) ?? this.#add(name, address)
  }

  /** Forgets what is as good as new, some at a time. */
  sweep(nowMs: number): void {
    this.#sweeping ??= this.#accountsByName.values()
    for (let count = 0; count < LOOKED_AT_PER_SWEEP; count += 1) {
      const { value, done } = this.#sweeping.next()
      if (done === true) {
        this.#sweeping = undefined
        return
      }
      if (value.isIdle(nowMs)) this.#accountsByName.delete(value.key.slice(this.#kind.length + 1))
    }
  }

  #add(name: string, address: string): Account {
    if (this.#accountsByName.size >= this.#most) return this.#sharedBy(name)
    const account = new Account(`${this.#kind} ${name}`, this.#isExempt(address))
    this.#accountsByName.set(name, account)
    return account
  }

  #sharedBy(name: string): Account {
    const at = createHash('sha256').update(this.#secret).update(name).digest().readUInt8(0) % SHARED_COUNT
    for (let next = this.#shared.length; next <= at; next += 1)
      this.#shared.push(new Account(`${this.#kind} others-${next}`))
    return this.#shared[at] ?? new Account(`${this.#kind} others`)
  }
}

/**
 * Who is counted as one: an IPv4 address, or the /64 of an IPv6 address, of which one customer has at least all
 * (RFC 6177 §2), so that addresses within it cost an attacker nothing.
 */
export function clientName(address: string): string {
  if (!address.includes(':')) return address
  const plain = address.split('%', 1)[0] ?? ''
  if (!isIPv6(plain)) return address
  const [before = '', after] = plain.split('::')
  const first = before === '' ? [] : before.split(':')
  if (after !== undefined) {
    const last = after === '' ? [] : after.split(':')
    // A dotted quad at the end stands for two groups.
    const count = first.length + last.length + (after.includes('.') ? 1 : 0)
    first.push(...Array.from({ length: Math.max(0, 8 - count) }, () => '0'), ...last)
  }
  return `${first
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
