import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareEmbeddedPostgres } from '@portolan/postgres'

const LIMIT_MS = 60_000

/** The server's program as the example would run it. The first call also pays for what is done once per machine. */
export async function findPostgres(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'))
  try {
    const options = { dataFolder: join(folder, 'data'), address: '127.0.0.1', port: 1, isDurable: false }
    const { command } = await prepareEmbeddedPostgres(options, { signal: AbortSignal.timeout(LIMIT_MS) })
    return command
  } finally {
    await rm(folder, { recursive: true })
  }
}
