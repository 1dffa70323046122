import { errorCode, isAppError } from '@portolan/errors'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client'
import { networkOf } from '../attempts/network-of.ts'
import type { AuthParts } from '../auth-parts.ts'
import { providerAnswerInvalid, providerDenied, providerFlowUnknown, providerUnavailable } from '../errors.ts'
import { parseLocalPath } from '../local-path.ts'
import { localeOf } from '../locale.ts'
import { createRandomToken, hashRandomToken } from '../random-token.ts'
import { addFlow, type OidcFlow, takeFlow } from './oidc-repository.ts'
import type { Provider } from './provider.ts'
import { type ProviderClaims, readClaims } from './provider-claims.ts'

/** How long somebody may take at the provider. */
const FLOW_LIFETIME_MS = 15 * 60_000
const SEPARATOR = ' '

export interface FlowStart {
  readonly providerId: string
  readonly next: string | undefined
  readonly languages: string | undefined
  readonly browserSecret: string
  readonly address: string
}

/**
 * Begins a sign-in by the authorization code flow with PKCE (RFC 9700 §2.1.1), state and nonce.
 * @returns where the browser goes
 * @throws AUTH_PROVIDER_UNKNOWN, AUTH_PROVIDER_UNAVAILABLE, AUTH_TOO_MANY_ATTEMPTS
 */
export async function startFlow(parts: AuthParts, start: FlowStart): Promise<URL> {
  const { providers, secrets, store, clock, publicOrigin, attempts } = parts
  const provider = providers.get(start.providerId)
  await attempts.take([{ kind: 'provider-address', key: networkOf(start.address) }])
  const configuration = await providers.configurationOf(provider)
  const state = createRandomToken()
  const [nonce, verifier] = [randomNonce(), randomPKCECodeVerifier()]
  await addFlow(store.db, {
    stateHash: state.hash,
    browserHash: hashRandomToken(start.browserSecret),
    provider: provider.id,
    sealed: secrets.seal([nonce, verifier].join(SEPARATOR), contextOf(state.hash)),
    nextPath: parseLocalPath(start.next) ?? '/',
    locale: localeOf(start.languages),
    expiresAt: new Date(clock.now().getTime() + FLOW_LIFETIME_MS),
  })
  return buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUriOf(publicOrigin, provider),
    scope: provider.scopes.join(' '),
    state: state.text,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
}

export interface FlowAnswer {
  readonly providerId: string
  readonly state: string | undefined
  /** With its question mark, as the provider sent the browser here. */
  readonly search: string
  readonly browserSecret: string | undefined
}

export interface FinishedFlow {
  readonly provider: Provider
  readonly flow: OidcFlow
  readonly claims: ProviderClaims
}

/**
 * @throws AUTH_PROVIDER_FLOW_UNKNOWN for an answer that was not asked for in this browser, AUTH_PROVIDER_DENIED,
 *   AUTH_PROVIDER_ANSWER_INVALID, AUTH_PROVIDER_UNAVAILABLE, AUTH_PROVIDER_UNKNOWN
 */
export async function finishFlow(parts: AuthParts, answer: FlowAnswer): Promise<FinishedFlow> {
  const { providers, store, clock } = parts
  const provider = providers.get(answer.providerId)
  const { state = '', browserSecret = '' } = answer
  const flow = await takeFlow(store.db, hashRandomToken(state), clock.now())
  const isOurs = flow?.provider === provider.id && flow.browserHash === hashRandomToken(browserSecret)
  if (flow === undefined || !isOurs) throw providerFlowUnknown()
  const configuration = await providers.configurationOf(provider)
  const claims = await exchange(parts, { provider, configuration, flow, answer })
  return { provider, flow, claims }
}

interface Exchange {
  readonly provider: Provider
  readonly configuration: Configuration
  readonly flow: OidcFlow
  readonly answer: FlowAnswer
}

async function exchange(
  { secrets, publicOrigin }: AuthParts,
  { provider, configuration, flow, answer }: Exchange,
): Promise<ProviderClaims> {
  const [nonce = '', verifier = ''] = secrets.open(flow.sealed, contextOf(flow.stateHash)).split(SEPARATOR)
  const url = new URL(redirectUriOf(publicOrigin, provider) + answer.search)
  if (url.searchParams.has('error')) throw providerDenied(provider.id)
  try {
    const tokens = await authorizationCodeGrant(configuration, url, {
      expectedState: answer.state ?? '',
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    return await readClaims(provider, configuration, tokens)
  } catch (cause) {
    if (isAppError(cause)) throw cause
    throw isSilence(cause) ? providerUnavailable(provider.id, cause) : providerAnswerInvalid(provider.id, cause)
  }
}

/** No answer at all, as opposed to a wrong one: what `fetch` throws, and the client's own limit of time. */
function isSilence(error: unknown): boolean {
  if (errorCode(error) === 'OAUTH_TIMEOUT') return true
  const isFetchError = error instanceof TypeError && error.message === 'fetch failed'
  return isFetchError || (error instanceof Error && error.cause !== undefined && isSilence(error.cause))
}

function redirectUriOf(publicOrigin: string, provider: Provider): string {
  return `${publicOrigin}/api/auth/oidc/${provider.id}/callback`
}

function contextOf(stateHash: string) {
  return { purpose: 'oidc-flow', owner: stateHash }
}
