import { isAppError } from '@portolan/errors'
import {
  findSessionCookie,
  parseRefreshToken,
  REFRESH_COOKIE,
  type RequestHeaders,
  requireOwnOrigin,
  verifySession,
} from '@portolan/identity'
import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { CodeField, EmailField, NOTHING, OneTimeTokenField, PasswordField } from '../fields.ts'
import { answerChallenge } from '../second-factor/second-factor.ts'
import { announceEnds } from '../sessions/session-announcement.ts'
import { endFormerSession, FORGETTING_COOKIES } from '../sessions/session-opening.ts'
import { refreshSession } from '../sessions/session-refresh.ts'
import { endSessions } from '../sessions/session-repository.ts'
import { visitOf } from '../sessions/visit.ts'
import { signIn } from './sign-in.ts'

const SignedIn = Type.Object({ status: Type.Literal('signed-in') }, { title: 'SignedIn' })
const SecondFactor = Type.Object(
  {
    status: Type.Literal('second-factor'),
    challenge: Type.String({ description: 'To be sent with the code within five minutes.' }),
  },
  { title: 'SecondFactorAsked' },
)
const Refreshed = Type.Object({ status: Type.Literal('refreshed') })
const config = { access: 'public' } as const
const tags = ['session']

export function addSignInOperations(app: App, parts: AuthParts): void {
  app.post('/api/auth/sign-in', { config, schema: signInSchema }, async (request, reply) => {
    const outcome = await signIn(parts, request.body, visitOf(request))
    if (outcome.status === 'second-factor') return outcome
    return withCookies(reply, outcome.cookies).send({ status: 'signed-in' })
  })
  app.post('/api/auth/second-factor', { config, schema: secondFactorSchema }, async (request, reply) => {
    const cookies = await answerChallenge(parts, request.body, visitOf(request))
    return withCookies(reply, cookies).send({ status: 'signed-in' })
  })
  app.post('/api/auth/refresh', { config, schema: refreshSchema }, async ({ headers }, reply) => {
    requireOwnOrigin(headers, parts.publicOrigin) // what it works by is a cookie
    const text = findSessionCookie(headers.cookie, REFRESH_COOKIE)
    try {
      const cookies = await refreshSession(parts, text === undefined ? undefined : parseRefreshToken(text))
      return await withCookies(reply, cookies).send({ status: 'refreshed' })
    } catch (error) {
      if (isAppError(error) && error.status === 401) withCookies(reply, FORGETTING_COOKIES)
      throw error
    }
  })
  app.post('/api/auth/sign-out', { config, schema: signOutSchema }, async (request, reply) => {
    if (request.headers.cookie !== undefined) requireOwnOrigin(request.headers, parts.publicOrigin)
    const { refreshToken } = visitOf(request)
    const now = parts.clock.now()
    const ends = await parts.store.change((tx) => endFormerSession(tx, refreshToken, now))
    await announceEnds(parts, ends)
    await endBySession(app, parts, request.headers)
    return withCookies(reply, FORGETTING_COOKIES).code(204).send(null)
  })
}

/** For who has an access token without the refresh token: an API client, or a browser that lost the cookie. */
async function endBySession(app: App, parts: AuthParts, headers: RequestHeaders): Promise<void> {
  const signal = AbortSignal.timeout(5_000)
  const caller = await verifySession(headers, app.identity, { signal }).catch((error: unknown) => {
    if (isAppError(error) && error.status === 401) return undefined // there is nothing to end
    throw error
  })
  if (caller === undefined || caller.by === 'personal-token') return
  const { userId, sessionId: onlyId } = caller
  const ends = await parts.store.change((tx) => endSessions(tx, { userId, onlyId }, parts.clock.now()))
  await announceEnds(parts, ends)
}

function withCookies(reply: FastifyReply, cookies: readonly string[]): FastifyReply {
  return reply.header('set-cookie', [...cookies])
}

const signInSchema = {
  tags,
  operationId: 'signIn',
  summary: 'Sign in by e-mail and password; the session comes as cookies',
  body: bodyOf({ email: EmailField, password: PasswordField }),
  refusals: [
    'AUTH_INPUT_INVALID',
    'AUTH_CREDENTIALS_WRONG',
    'AUTH_EMAIL_UNVERIFIED',
    'AUTH_TOO_MANY_ATTEMPTS',
    'IDENTITY_COOKIE_AMBIGUOUS',
  ],
  response: { 200: Type.Union([SignedIn, SecondFactor], { title: 'SignInOutcome' }) },
}

const secondFactorSchema = {
  tags,
  operationId: 'answerSecondFactor',
  summary: 'The second half of a sign-in: the code of the app, or a recovery code',
  body: bodyOf({ challenge: OneTimeTokenField, code: CodeField }),
  refusals: [
    'AUTH_CHALLENGE_INVALID',
    'AUTH_CODE_WRONG',
    'AUTH_CODE_USED',
    'AUTH_CREDENTIALS_WRONG',
    'AUTH_TOO_MANY_ATTEMPTS',
    'IDENTITY_COOKIE_AMBIGUOUS',
  ],
  response: { 200: SignedIn },
}

const refreshSchema = {
  tags,
  operationId: 'refreshSession',
  summary: 'Rotate the tokens of the session; one tab at a time, please',
  refusals: ['AUTH_REFRESH_INVALID', 'AUTH_REFRESH_REUSED', 'IDENTITY_COOKIE_AMBIGUOUS'],
  response: { 200: Refreshed },
}

const signOutSchema = {
  tags,
  operationId: 'signOut',
  summary: 'End the session, if there is one, and forget its cookies',
  refusals: [
    'IDENTITY_COOKIE_AMBIGUOUS',
    'IDENTITY_KEYS_UNAVAILABLE',
    'IDENTITY_SESSIONS_UNKNOWN',
    'IDENTITY_TOKEN_UNCHECKED',
  ],
  response: { 204: NOTHING },
}
