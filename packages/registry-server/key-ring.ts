import type { Waiting } from '@portolan/errors'
import { type ApiKey, type ApiKeyDraft, type Caller, type KeyBook, ownerOf } from '@portolan/operations'
import type { Pool } from '@portolan/postgres'
import { explainStoreFailure } from '@portolan/registry'
import { keyExpired, keyInvalid, keyRevoked } from './errors.ts'
import { addKey, findKey, listKeyIds, listKeys, noteUses, revokeKey, type StoredKey } from './key-repository.ts'
import type { KeyDatabase, KeySchema } from './key-schema.ts'
import { createKeyText, hashSecret, isSameHash, parseKeyText } from './key-text.ts'

export interface KeyRingOptions {
  /** A key of an admin that stands in no table: the first one. */
  readonly adminKey?: string
  readonly now: () => Date
}

/** Who showed a key, and what his requests are counted under. */
export interface KeyHolder {
  readonly caller: Caller
  readonly keyId: string
}

interface Known {
  readonly stored: StoredKey
  readonly readAtMs: number
}

/** So long another server's revocation may go unnoticed. */
const KNOWN_FOR_MS = 1_000
const KNOWN_LIMIT = 1_000
const ID_TIMEOUT_MS = 5_000
/** `last used` is told by the minute: it is not written for every request. */
const USE_NOTED_EVERY_MS = 60_000
export const ADMIN_KEY_ID = 'admin'

/** The keys of a served registry, in its database. */
export class KeyRing implements KeyBook {
  readonly #pool: Pool<KeySchema>
  readonly #now: () => Date
  readonly #adminHash: Uint8Array | undefined
  readonly #knownById = new Map<string, Known>()
  readonly #usedAtById = new Map<string, Date>()
  #ids: { readonly ids: Promise<ReadonlySet<string>>; readonly readAtMs: number } | undefined

  constructor(pool: Pool<KeySchema>, { adminKey, now }: KeyRingOptions) {
    this.#pool = pool
    this.#now = now
    this.#adminHash = adminKey === undefined ? undefined : hashSecret(adminKey)
  }

  /**
   * Who shows this text.
   * @throws REGISTRY_SERVER_KEY_INVALID; REGISTRY_SERVER_KEY_EXPIRED and REGISTRY_SERVER_KEY_REVOKED to who has the
   *   whole key; REGISTRY_STORE_UNAVAILABLE
   */
  async verify(text: string, { signal }: Waiting): Promise<KeyHolder> {
    if (this.#adminHash !== undefined && isSameHash(hashSecret(text), this.#adminHash)) {
      return { caller: ownerOf('admin'), keyId: ADMIN_KEY_ID }
    }
    const shown = parseKeyText(text)
    const stored = shown === undefined ? undefined : await this.#find(shown.id, { signal })
    if (shown === undefined || stored === undefined) throw keyInvalid()
    if (!isSameHash(hashSecret(shown.secret), stored.secretHash)) throw keyInvalid()
    const { id, name, role, projects, expiresAt, revokedAt, lastUsedAt } = stored.key
    const now = this.#now()
    if (revokedAt !== undefined) throw keyRevoked(id, revokedAt)
    if (expiresAt !== undefined && expiresAt <= now) throw keyExpired(id, expiresAt)
    if (lastUsedAt === undefined || now.getTime() - lastUsedAt.getTime() >= USE_NOTED_EVERY_MS) {
      this.#usedAtById.set(id, now)
    }
    return { caller: { name, role, projects }, keyId: id }
  }

  /**
   * Whether that could be a key of ours, going by its number: the numbers are read at most once a second, so whoever asks
   * costs nothing.
   */
  async mayKnow(text: string, { signal }: Waiting): Promise<boolean> {
    if (this.#adminHash !== undefined && isSameHash(hashSecret(text), this.#adminHash)) return true
    const shown = parseKeyText(text)
    if (shown === undefined) return false
    if (this.#knownById.has(shown.id)) return true
    return (await this.#listIds({ signal })).has(shown.id)
  }

  async create(draft: ApiKeyDraft, waiting: Waiting): Promise<{ readonly key: ApiKey; readonly secret: string }> {
    const { id, secret, text } = createKeyText()
    const key: ApiKey = { ...draft, id, createdAt: this.#now(), lastUsedAt: undefined, revokedAt: undefined }
    await this.#ask((db) => addKey(db, { key, secretHash: hashSecret(secret) }), 'writing', waiting)
    if (this.#ids !== undefined) this.#ids = { ...this.#ids, readAtMs: -Infinity }
    return { key, secret: text }
  }

  async list(waiting: Waiting): Promise<readonly ApiKey[]> {
    await this.noteUses(waiting)
    return this.#ask(listKeys, 'reading', waiting)
  }

  async revoke(id: string, waiting: Waiting): Promise<ApiKey | undefined> {
    const key = await this.#ask((db) => revokeKey(db, id, this.#now()), 'writing', waiting)
    this.#knownById.delete(id)
    return key
  }

  /** Writes down when keys were last used; whoever serves the ring calls it now and then. */
  async noteUses(waiting: Waiting): Promise<void> {
    const uses = new Map(this.#usedAtById)
    if (uses.size === 0) return
    await this.#ask((db) => noteUses(db, uses), 'writing', waiting)
    for (const [id, at] of uses) if (this.#usedAtById.get(id) === at) this.#usedAtById.delete(id)
  }

  /** Shared among those who ask at the same time, so it does not end with the one who asked first. */
  async #listIds({ signal }: Waiting): Promise<ReadonlySet<string>> {
    signal.throwIfAborted()
    const known = this.#ids
    if (known !== undefined && performance.now() - known.readAtMs < KNOWN_FOR_MS) return known.ids
    const reading = { signal: AbortSignal.timeout(ID_TIMEOUT_MS) }
    const read = this.#ask(listKeyIds, 'reading', reading).then((list) => new Set(list))
    // While the database is away the older numbers are good enough to turn guesses away by.
    const ids = known === undefined ? read : read.catch(() => known.ids)
    this.#ids = { ids, readAtMs: performance.now() }
    ids.catch(() => {
      this.#ids = undefined // who asked gets the reason; who asks next looks anew
    })
    return ids
  }

  async #find(id: string, waiting: Waiting): Promise<StoredKey | undefined> {
    const known = this.#knownById.get(id)
    if (known !== undefined && performance.now() - known.readAtMs < KNOWN_FOR_MS) return known.stored
    const readAtMs = performance.now()
    const stored = await this.#ask((db) => findKey(db, id), 'reading', waiting)
    this.#knownById.delete(id)
    if (stored === undefined) return undefined
    const [oldest] = this.#knownById.keys()
    if (this.#knownById.size >= KNOWN_LIMIT && oldest !== undefined) this.#knownById.delete(oldest)
    this.#knownById.set(id, { stored, readAtMs })
    return stored
  }

  async #ask<Result>(
    work: (db: KeyDatabase) => Promise<Result>,
    phase: 'reading' | 'writing',
    { signal }: Waiting,
  ): Promise<Result> {
    signal.throwIfAborted()
    try {
      return await work(this.#pool.db)
    } catch (error) {
      throw explainStoreFailure(error, phase)
    }
  }
}
