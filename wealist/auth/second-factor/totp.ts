import { Secret, TOTP } from 'otpauth'

const ISSUER = 'weAlist'
const PERIOD_S = 30
const SECRET_BYTES = 20 // RFC 4226 §4, R6
const SETTINGS = { algorithm: 'SHA1', digits: 6, period: PERIOD_S } as const // what every app understands
/** One step back and one ahead, for clocks that differ and people who type (RFC 6238 §5.2). */
const WINDOW = 1

/** @returns base32 */
export function createTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32
}

/** What the app reads from the QR code. */
export function totpUri(secret: string, email: string): string {
  return new TOTP({ ...SETTINGS, issuer: ISSUER, label: email, secret: Secret.fromBase32(secret) }).toString()
}

/** @returns the number of the time step whose code this is, undefined for none that counts now */
export function matchTotp(secret: string, code: string, now: Date): number | undefined {
  const totp = new TOTP({ ...SETTINGS, secret: Secret.fromBase32(secret) })
  const timestamp = now.getTime()
  const delta = totp.validate({ token: code, timestamp, window: WINDOW })
  return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_S) + delta
}
