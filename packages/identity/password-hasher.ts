import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { passwordHashInvalid } from './errors.ts'
import { normalisePassword } from './password.ts'

export interface PasswordWork {
  readonly memoryKib: number
  readonly passCount: number
  readonly parallelism: number
}

/** The first of OWASP's equal choices for argon2id (Password Storage Cheat Sheet): about 11 ms of one core. */
export const PASSWORD_WORK = { memoryKib: 19_456, passCount: 2, parallelism: 1 } as const satisfies PasswordWork

const ARGON2ID = 2 // the library's `Algorithm` is a const enum, which erased types cannot import
const FORM = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/

export type PasswordVerdict =
  | { readonly isRight: false }
  /** `needsRehash`: the stored hash was made with other work than today's; store a new one of the same password. */
  | { readonly isRight: true; readonly needsRehash: boolean }

/** Hashes passwords and compares them (argon2id, RFC 9106). */
export class PasswordHasher {
  readonly #work: PasswordWork
  readonly #decoy: string

  /** @param decoy the hash of a password that nobody has, made with the same work */
  constructor(work: PasswordWork, decoy: string) {
    this.#work = work
    this.#decoy = decoy
  }

  /** @param password one in which `findPasswordFault` finds none; it is normalised here */
  async hash(password: string): Promise<string> {
    const normalised = normalisePassword(password)
    if (normalised === undefined) throw new TypeError('A password that is too long has to be refused before.')
    return hashWith(this.#work, normalised)
  }

  /**
   * Does the same work whether there is such an account or not, and whatever was typed: the time of the answer must
   * not tell who has an account.
   * @param stored undefined for an unknown account, and for one that has no password
   * @throws IDENTITY_PASSWORD_HASH_INVALID when `stored` is no argon2id hash
   */
  async verify(stored: string | undefined, password: string): Promise<PasswordVerdict> {
    const normalised = normalisePassword(password)
    if (stored !== undefined && !FORM.test(stored)) throw passwordHashInvalid()
    const isMatch = await verify(stored ?? this.#decoy, normalised ?? '')
    if (!isMatch || stored === undefined || normalised === undefined) return { isRight: false }
    return { isRight: true, needsRehash: !this.#isOfToday(stored) }
  }

  #isOfToday(stored: string): boolean {
    const [, memoryKib, passCount, parallelism] = FORM.exec(stored) ?? []
    const work = this.#work
    return (
      Number(memoryKib) === work.memoryKib &&
      Number(passCount) === work.passCount &&
      Number(parallelism) === work.parallelism
    )
  }
}

export async function createPasswordHasher(work: PasswordWork = PASSWORD_WORK): Promise<PasswordHasher> {
  return new PasswordHasher(work, await hashWith(work, randomBytes(32).toString('base64url')))
}

async function hashWith({ memoryKib, passCount, parallelism }: PasswordWork, password: string): Promise<string> {
  return hash(password, {
    algorithm: ARGON2ID,
    memoryCost: memoryKib,
    timeCost: passCount,
    parallelism,
    outputLen: 32,
  })
}
