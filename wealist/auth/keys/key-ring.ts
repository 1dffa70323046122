import {
  type Clock,
  createSigningKey,
  KEY_ROTATION,
  type KeyRotation,
  nextKeys,
  openSealedKey,
  type SealedKey,
  type SigningKey,
  sealSigningKey,
} from '@portolan/identity'
import type { Store } from '../store.ts'
import { addSigningKey, holdSigningKeys, listSigningKeys, removeSigningKeys } from './signing-key-repository.ts'

export interface KeyRingOptions {
  readonly store: Store
  readonly clock: Clock
  /** AUTH_SECRET, which seals the private halves. */
  readonly secret: string
  readonly rotation?: KeyRotation
}

/** The keys that access tokens are signed with: shared by all replicas through the database, read every minute. */
export class KeyRing {
  readonly #options: KeyRingOptions
  readonly #rotation: KeyRotation
  #keys: readonly SigningKey[] = []

  constructor(options: KeyRingOptions) {
    this.#options = options
    this.#rotation = options.rotation ?? KEY_ROTATION
  }

  get signing(): SigningKey {
    const { signing } = nextKeys(this.#keys, this.#options.clock.now(), this.#rotation)
    if (signing === undefined) throw new TypeError('The key ring has not been loaded.')
    return signing
  }

  get published(): readonly SigningKey[] {
    return nextKeys(this.#keys, this.#options.clock.now(), this.#rotation).published
  }

  /**
   * Reads the keys, and makes the next one when it is due.
   * @throws IDENTITY_KEY_UNSEALABLE when AUTH_SECRET is not the one they were sealed with
   */
  async refresh(): Promise<void> {
    const { store } = this.#options
    const stored = await listSigningKeys(store.db)
    const { isKeyDue, dropped } = this.#planOf(stored)
    this.#keys = this.#opened(isKeyDue || dropped.length > 0 ? await this.#rotate() : stored)
  }

  #rotate(): Promise<readonly SealedKey[]> {
    const { store, clock, secret } = this.#options
    return store.change(async (tx) => {
      await holdSigningKeys(tx)
      const { isKeyDue, dropped } = this.#planOf(await listSigningKeys(tx)) // another replica may have been first
      const droppedKids = dropped.map(({ kid }) => kid)
      await removeSigningKeys(tx, droppedKids)
      if (isKeyDue) await addSigningKey(tx, sealSigningKey(createSigningKey(clock.now()), secret))
      return listSigningKeys(tx)
    })
  }

  #planOf(keys: readonly SealedKey[]) {
    return nextKeys(keys, this.#options.clock.now(), this.#rotation)
  }

  #opened(stored: readonly SealedKey[]): readonly SigningKey[] {
    return stored.map((sealed) => {
      const known = this.#keys.find(({ kid }) => kid === sealed.kid)
      return known ?? openSealedKey(sealed, this.#options.secret)
    })
  }
}
