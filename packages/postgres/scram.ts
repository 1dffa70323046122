import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** PostgreSQL's default `scram_iterations`. */
const ITERATION_COUNT = 4096
const VERIFIER = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/

/**
 * What PostgreSQL stores for a password (RFC 5802 §3, RFC 7677). Sent instead of the password, which would stand in
 * the server's log whenever the statement fails or is logged.
 * @param password printable ASCII, for which SASLprep (RFC 4013) changes nothing
 */
export async function scramVerifier(password: string): Promise<string> {
  return verifierOf(password, { salt: randomBytes(16), iterationCount: ITERATION_COUNT })
}

/** False also for a verifier of another kind (md5), which then is to be replaced. */
export async function isVerifierOf(verifier: string, password: string): Promise<boolean> {
  const [, count, salt] = VERIFIER.exec(verifier) ?? []
  if (count === undefined || salt === undefined) return false
  const parameters = { salt: Buffer.from(salt, 'base64'), iterationCount: Number(count) }
  const expected = Buffer.from(await verifierOf(password, parameters))
  const actual = Buffer.from(verifier)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

interface ScramParameters {
  readonly salt: Buffer
  readonly iterationCount: number
}

async function verifierOf(password: string, { salt, iterationCount }: ScramParameters): Promise<string> {
  const saltedPassword = await derive(password, salt, iterationCount, 32, 'sha256')
  const clientKey = createHmac('sha256', saltedPassword).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', saltedPassword).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${iterationCount}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
