import { findSessionCookie, parseRefreshToken, REFRESH_COOKIE, type RefreshToken } from '@portolan/identity'
import type { FastifyRequest } from 'fastify'
import { deviceOf } from './device-of.ts'

// A proxy that passes on what it was told may say anything.
const ADDRESS_LIMIT = 64

/** Where a request comes from. */
export interface Visit {
  readonly device: string
  readonly address: string
  /** The session that this browser has had so far. */
  readonly refreshToken?: RefreshToken
}

/** @throws IDENTITY_COOKIE_AMBIGUOUS */
export function visitOf({ headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>): Visit {
  const text = findSessionCookie(headers.cookie, REFRESH_COOKIE)
  const refreshToken = text === undefined ? undefined : parseRefreshToken(text)
  const device = deviceOf(headers['user-agent'])
  return { device, address: ip.slice(0, ADDRESS_LIMIT), ...(refreshToken === undefined ? {} : { refreshToken }) }
}
