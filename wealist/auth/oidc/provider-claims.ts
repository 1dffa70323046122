import {
  type Configuration,
  fetchUserInfo,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client'
import { findEmailAddress } from '../accounts/email-address.ts'
import { providerAnswerInvalid } from '../errors.ts'
import type { Provider } from './provider.ts'

/** What a provider says of somebody. */
export interface ProviderClaims {
  readonly subject: string
  /** Only one that the provider vouches for. */
  readonly verifiedEmail: string | undefined
  readonly name: string | undefined
  readonly locale: string | undefined
}

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers
const SUBJECT = /^[ -~]{1,255}$/ // OpenID Connect Core §2: 255 ASCII characters at most

/** From the ID token, and from the userinfo endpoint what is not in it (OpenID Connect Core §5.4). */
export async function readClaims(
  provider: Provider,
  configuration: Configuration,
  tokens: Tokens,
): Promise<ProviderClaims> {
  const idToken = tokens.claims()
  if (idToken === undefined || !SUBJECT.test(idToken.sub)) {
    throw providerAnswerInvalid(provider.id)
  }
  const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined
  const isEnough = idToken.email !== undefined || !hasUserInfo
  const claims = isEnough ? idToken : await fetchUserInfo(configuration, tokens.access_token, idToken.sub)
  const email = textOf(claims.email)
  return {
    subject: idToken.sub,
    // Exactly true: some providers send the text "false".
    verifiedEmail: claims.email_verified === true && email !== undefined ? findEmailAddress(email) : undefined,
    name: textOf(claims.name),
    locale: textOf(claims.locale),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
