import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Waiting, waited } from '@portolan/errors'

/** As long as what the directory said counts. */
const KEPT_MS = 2_000
const MOST_KEPT = 1_000
/** Node resolves four names at once; behind more than this nobody would have his turn in time. */
const MOST_AT_ONCE = 32

interface Kept {
  readonly addresses: Promise<readonly string[]>
  readonly atMs: number
}

/** The addresses of names: each is resolved once for all who ask within two seconds. */
export class AddressBook {
  readonly #keptByName = new Map<string, Kept>()
  readonly #lookup: (name: string) => Promise<readonly string[]>
  #underWay = 0

  /** @param resolve instead of the system's resolver */
  constructor(resolve = resolveBySystem) {
    this.#lookup = resolve
  }

  /** @throws what the resolver says, an Error while too many names are being resolved, the signal's reason */
  async find(name: string, waiting: Waiting): Promise<readonly string[]> {
    if (isIP(name) !== 0) return [name]
    const kept = this.#keptByName.get(name)
    if (kept !== undefined && performance.now() - kept.atMs < KEPT_MS) return waited(kept.addresses, waiting)
    if (this.#underWay >= MOST_AT_ONCE) throw new Error(`${MOST_AT_ONCE} names are being resolved already.`)
    return waited(this.#resolve(name), waiting)
  }

  #resolve(name: string): Promise<readonly string[]> {
    this.#underWay += 1
    const addresses = this.#lookup(name).finally(() => {
      this.#underWay -= 1
    })
    this.#keptByName.delete(name) // to the end of the order
    const [oldest] = this.#keptByName.keys()
    if (oldest !== undefined && this.#keptByName.size >= MOST_KEPT) this.#keptByName.delete(oldest)
    this.#keptByName.set(name, { addresses, atMs: performance.now() })
    return addresses
  }
}

async function resolveBySystem(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address)
}
