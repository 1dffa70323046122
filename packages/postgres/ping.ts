import type { Waiting } from '@portolan/errors'
import { openConnection } from './connection.ts'
import { connectionFailure } from './connection-failure.ts'
import { parsePostgresUrl } from './postgres-url.ts'

const PING_TIMEOUT_MS = 5_000

/**
 * Resolves when the server answers a query on a fresh connection, which is closed again.
 * @throws as openConnection; POSTGRES_UNREACHABLE also while the server starts up or stops, or after 5 seconds
 */
export async function pingPostgres(url: string, { signal }: Waiting): Promise<void> {
  const target = parsePostgresUrl(url)
  const limit = AbortSignal.timeout(PING_TIMEOUT_MS)
  try {
    await using connection = await openConnection(url, {
      signal: AbortSignal.any([signal, limit]),
      applicationName: 'portolan ping',
    })
    await connection.client.query('select 1')
  } catch (cause) {
    signal.throwIfAborted()
    if (isConnectionFailure(cause)) throw cause
    throw connectionFailure(target, cause)
  }
}

function isConnectionFailure(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('POSTGRES_')
}
