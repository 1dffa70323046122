import { readFile, rename, writeFile } from 'node:fs/promises'
import { errorCode, errorMessage } from '@portolan/errors'
import { Reader } from '../configuration-reader.ts'
import type { GatewayLogger } from '../log.ts'
import { readPair } from '../upstreams/read-upstreams.ts'
import type { SlotPicture } from './slot-picture.ts'

/** What was last known of slots, in a file: a gateway that starts while the registry is away goes on with it. */
export class SlotMemory {
  readonly #path: string
  readonly #logger: GatewayLogger

  constructor(path: string, logger: GatewayLogger) {
    this.#path = path
    this.#logger = logger
  }

  /** Nothing where there is no file, or none that can be read. */
  async read(): Promise<ReadonlyMap<string, SlotPicture>> {
    try {
      const written: unknown = JSON.parse(await readFile(this.#path, 'utf8'))
      return readPictures(written)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT')
        this.#logger.warn({ error: errorMessage(error) }, 'last known slots not readable')
      return new Map()
    }
  }

  /** Whole or not at all. A failure is said, and costs only the memory. */
  async write(pictures: ReadonlyMap<string, SlotPicture>): Promise<void> {
    const draft = `${this.#path}.new`
    try {
      await writeFile(draft, JSON.stringify(Object.fromEntries(pictures)), { mode: 0o600 })
      await rename(draft, this.#path)
    } catch (error) {
      this.#logger.warn({ error: errorMessage(error) }, 'last known slots not written')
    }
  }
}

function readPictures(written: unknown): ReadonlyMap<string, SlotPicture> {
  const faults: string[] = []
  const read = new Reader(faults)
  const entries = typeof written === 'object' && written !== null ? Object.entries(written) : []
  const pictures = entries.map(([upstream, value]): readonly [string, SlotPicture] => {
    const { pair, claimId, token } = read.record(value, upstream, ['pair', 'claimId', 'token'])
    const whole = { lowest: 1, highest: Number.MAX_SAFE_INTEGER }
    const numbers = { claimId: read.count(claimId, 'claimId', whole), token: read.count(token, 'token', whole) }
    return [upstream, { pair: readPair(read, pair, 'pair'), ...numbers }]
  })
  return faults.length > 0 ? new Map() : new Map(pictures)
}
