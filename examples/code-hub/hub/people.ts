import { createPasswordHasher, type PasswordHasher } from '@portolan/identity'

export interface Person {
  readonly id: string
  readonly name: string
}

/** The two people of the example. Their password is their name: it is an example. */
export const PEOPLE: readonly Person[] = [
  { id: 'user-ada', name: 'ada' },
  { id: 'user-bo', name: 'bo' },
]

/** Who may sign in. */
export class People {
  readonly #hasher: PasswordHasher
  readonly #hashes: ReadonlyMap<string, string>

  private constructor(hasher: PasswordHasher, hashes: ReadonlyMap<string, string>) {
    this.#hasher = hasher
    this.#hashes = hashes
  }

  static async open(): Promise<People> {
    const hasher = await createPasswordHasher()
    const hashes = await Promise.all(PEOPLE.map(async ({ name }) => [name, await hasher.hash(name)] as const))
    return new People(hasher, new Map(hashes))
  }

  /** @returns undefined for a name or a password that is none */
  async findBySignIn(name: string, password: string): Promise<Person | undefined> {
    const verdict = await this.#hasher.verify(this.#hashes.get(name), password)
    return verdict.isRight ? PEOPLE.find((person) => person.name === name) : undefined
  }
}

export function nameOf(userId: string): string {
  return PEOPLE.find(({ id }) => id === userId)?.name ?? userId
}
