import { isAppError } from '@portolan/errors'
import type { App } from '@portolan/service'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { completeSignIn } from '../accounts/sign-in.ts'
import type { AuthParts } from '../auth-parts.ts'
import { visitOf } from '../sessions/visit.ts'
import { storeFailure } from '../store-failure.ts'
import { browserSecretOf, findOidcCookie, formatOidcCookie } from './oidc-cookie.ts'
import { finishFlow, startFlow } from './oidc-flow.ts'
import { resolveAccount } from './provider-account.ts'

const tags = ['provider']
const ProviderView = Type.Object({ id: Type.String(), name: Type.String() }, { title: 'Provider' })
const StartQuery = Type.Object({ next: Type.Optional(Type.String({ description: 'A path of our own pages.' })) })
const CallbackQuery = Type.Object(
  { state: Type.Optional(Type.String({ maxLength: 128 })) },
  { additionalProperties: true },
)
const ProviderParams = Type.Object({ provider: Type.String({ maxLength: 32 }) })
const Redirect = Type.Null({
  description: 'To the provider, to the page that was asked for, or to `/sign-in?error=<code>`',
  headers: { location: { type: 'string', format: 'uri-reference' } },
})

const listSchema = {
  tags,
  operationId: 'listProviders',
  summary: 'By whom one may sign in besides a password',
  response: { 200: Type.Object({ providers: Type.Array(ProviderView) }) },
}

const startSchema = {
  tags,
  operationId: 'startProviderSignIn',
  summary: 'Send the browser to a provider',
  params: ProviderParams,
  querystring: StartQuery,
  response: { 302: Redirect },
}

const callbackSchema = {
  tags,
  operationId: 'finishProviderSignIn',
  summary: 'Where a provider sends the browser back to',
  params: ProviderParams,
  querystring: CallbackQuery,
  response: { 302: Redirect },
}

export function addOidcOperations(app: App, parts: AuthParts): void {
  const config = { access: 'public' } as const
  const { providers } = parts

  app.get('/api/auth/providers', { config, schema: listSchema }, () => ({
    providers: providers.list().map(({ id, name }) => ({ id, name })),
  }))
  app.get('/api/auth/oidc/:provider/start', { config, schema: startSchema }, async (request, reply) => {
    const { location, cookies } = await orToSignIn(request.log, () => start(parts, request))
    return reply.header('set-cookie', [...cookies]).redirect(location)
  })
  app.get('/api/auth/oidc/:provider/callback', { config, schema: callbackSchema }, async (request, reply) => {
    const { location, cookies } = await orToSignIn(request.log, () => finish(parts, request))
    return reply.header('set-cookie', [...cookies]).redirect(location)
  })
}

/** Where the browser goes, and what it is to keep. */
interface Departure {
  readonly location: string
  readonly cookies: readonly string[]
}

interface StartRequest extends Pick<FastifyRequest, 'headers' | 'ip'> {
  readonly params: Static<typeof ProviderParams>
  readonly query: Static<typeof StartQuery>
}

async function start(parts: AuthParts, { headers, ip, params, query }: StartRequest): Promise<Departure> {
  const browserSecret = browserSecretOf(headers.cookie)
  const asked = { providerId: params.provider, next: query.next, languages: headers['accept-language'] }
  const url = await startFlow(parts, { ...asked, browserSecret, address: ip })
  return { location: url.href, cookies: [formatOidcCookie(browserSecret)] }
}

interface CallbackRequest extends Pick<FastifyRequest, 'headers' | 'ip' | 'url'> {
  readonly params: Static<typeof ProviderParams>
  readonly query: Static<typeof CallbackQuery>
}

async function finish(parts: AuthParts, request: CallbackRequest): Promise<Departure> {
  const { headers, params, query, url } = request
  const answer = { providerId: params.provider, state: query.state, search: searchOf(url) }
  const finished = await finishFlow(parts, { ...answer, browserSecret: findOidcCookie(headers.cookie) })
  const account = await parts.store.change((tx) => resolveAccount(tx, finished, parts.clock.now()))
  const outcome = await completeSignIn(parts, account, visitOf(request))
  const { nextPath } = finished.flow
  if (outcome.status === 'signed-in') return { location: nextPath, cookies: outcome.cookies }
  const next = new URLSearchParams({ next: nextPath })
  return { location: `/sign-in/second-factor?${next.toString()}#challenge=${outcome.challenge}`, cookies: [] }
}

/** A browser is on its way here, not a script: an error becomes a page that says its code. */
async function orToSignIn(log: FastifyBaseLogger, work: () => Promise<Departure>): Promise<Departure> {
  try {
    return await work()
  } catch (thrown) {
    const error = storeFailure(thrown)
    const code = isAppError(error) ? error.code : 'INTERNAL'
    const level = isAppError(error) && error.status < 500 ? 'info' : 'warn'
    log[level]({ err: error, code }, 'a sign-in by a provider failed')
    return { location: `/sign-in?${new URLSearchParams({ error: code }).toString()}`, cookies: [] }
  }
}

function searchOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}
