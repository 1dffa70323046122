import { readFile } from 'node:fs/promises'
import { setInterval as every } from 'node:timers/promises'
import { formatPostgresUrl, openConnection } from '@portolan/postgres'
import { expect } from 'vitest'
import type { StackCopy } from './stack-copy.ts'

const PACE_MS = 15
const ANSWER_MS = 3_000

/** Signs the guestbook through the gateway all the time, and remembers which entries it was told are kept. */
export class GuestWriter implements AsyncDisposable {
  readonly #address: string
  readonly #stop = new AbortController()
  readonly #acknowledged: number[] = []
  readonly #working: Promise<void>

  constructor(address: string) {
    this.#address = address
    this.#working = this.#write()
  }

  /** Resolves when so many more entries have been acknowledged from now on. */
  async wrote(count: number): Promise<void> {
    const goal = this.#acknowledged.length + count
    await expect.poll(() => this.#acknowledged.length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(goal)
  }

  /** @returns the ids of the entries that were acknowledged */
  async stop(): Promise<readonly number[]> {
    this.#stop.abort()
    await this.#working
    return this.#acknowledged
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #write(): Promise<void> {
    try {
      for await (const _ of every(PACE_MS, undefined, { signal: this.#stop.signal })) {
        const id = await this.#sign()
        if (id !== undefined) this.#acknowledged.push(id)
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    }
  }

  async #sign(): Promise<number | undefined> {
    try {
      const answer = await fetch(`${this.#address}/api/guestbook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'writer', message: `entry ${this.#acknowledged.length}` }),
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      const entry: unknown = await answer.json()
      const hasId = answer.status === 201 && typeof entry === 'object' && entry !== null && 'id' in entry
      return hasId ? Number(entry.id) : undefined
    } catch {
      // The stack has just been hurt: what was not acknowledged does not count.
      return undefined
    }
  }
}

/** The ids of all entries, from the database itself. */
export async function listEntryIds(copy: StackCopy): Promise<readonly number[]> {
  const password = (await readFile(`${copy.data.serviceFolder('postgres')}.password`, 'utf8')).trim()
  const place = { host: '127.0.0.1', port: copy.port(3105), user: 'postgres', password }
  const url = formatPostgresUrl({ ...place, database: 'guestbook_db' })
  await using connection = await openConnection(url, { signal: AbortSignal.timeout(ANSWER_MS) })
  const { rows } = await connection.client.query<{ id: string }>('SELECT id FROM entries ORDER BY id')
  return rows.map(({ id }) => Number(id))
}
