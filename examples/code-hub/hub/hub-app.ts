import type { Waiting } from '@portolan/errors'
import { GATEWAY_ERRORS } from '@portolan/gateway'
import { identityPlugin, requireOwnOrigin } from '@portolan/identity'
import { type App, createApp, type Logger } from '@portolan/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hubPage, STYLE, signInPage } from './hub-page.ts'
import type { HubSessions } from './hub-sessions.ts'
import type { People } from './people.ts'
import { languageOf } from './words.ts'
import { PORTS, SHARINGS, toldOf, type Workspace, type Workspaces } from './workspaces.ts'

export interface HubParts extends Waiting {
  readonly logger: Logger
  readonly publicOrigin: string
  readonly people: People
  readonly sessions: HubSessions
  readonly workspaces: Workspaces
}

const PUBLIC = { config: { access: 'public' } } as const
const SERVICE = { config: { access: 'service' } } as const
const HTML = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // No form-action: browsers hold redirects against it too, and a sign-in may lead on to the host of a workspace.
  'content-security-policy': "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'",
} as const

export async function openHubApp(parts: HubParts): Promise<App> {
  const app = createApp({ name: 'hub', logger: parts.logger, catalogues: [GATEWAY_ERRORS] })
  await app.register(identityPlugin, { identity: parts.sessions.identity })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  addInternalRoutes(app, parts)
  addSignIn(app, parts)
  addWorkspaceRoutes(app, parts)
  return app
}

/** What the gateway asks: see docs/stack-file.md and the README of @portolan/identity. */
function addInternalRoutes(app: App, { sessions, workspaces }: HubParts): void {
  app.get('/internal/jwks.json', PUBLIC, () => sessions.publishedKeys)
  app.get('/internal/ended-sessions', SERVICE, () => ({ sessions: sessions.endedSessionIds.map((sid) => ({ sid })) }))
  app.get<{ Params: { name: string } }>('/internal/workspaces/:name', SERVICE, async ({ params }, reply) => {
    const workspace = workspaces.find(params.name)
    return workspace === undefined ? reply.code(404).send({ code: 'HUB_WORKSPACE_UNKNOWN' }) : toldOf(workspace)
  })
}

function addSignIn(app: App, { sessions, people, publicOrigin, signal }: HubParts): void {
  app.get('/hub.css', PUBLIC, (_request, reply) => reply.type('text/css').send(STYLE))
  app.get<{ Querystring: { next?: string } }>('/sign-in', PUBLIC, (request, reply) =>
    reply
      .headers(HTML)
      .send(signInPage({ language: languageFor(request), next: ownPath(request.query.next), isWrong: false })),
  )
  app.post<{ Body: Form }>('/sign-in', PUBLIC, async (request, reply) => {
    requireOwnOrigin(request.headers, publicOrigin)
    const { name = '', password = '', next } = request.body
    const person = await people.findBySignIn(name, password)
    if (person === undefined) {
      const facts = { language: languageFor(request), next: ownPath(next), isWrong: true }
      return reply.code(403).headers(HTML).send(signInPage(facts))
    }
    return reply.header('set-cookie', await sessions.cookieFor(person.id)).redirect(ownPath(next), 303)
  })
  app.post('/sign-out', PUBLIC, async (request, reply) => {
    requireOwnOrigin(request.headers, publicOrigin)
    const caller = await sessions.findCaller(request.headers.cookie, { signal })
    if (caller !== undefined) void reply.header('set-cookie', sessions.end(caller.sessionId))
    return reply.redirect('/sign-in', 303)
  })
}

type Form = Readonly<Record<string, string | undefined>>

function addWorkspaceRoutes(app: App, { sessions, workspaces, publicOrigin, signal }: HubParts): void {
  const { protocol, host } = new URL(publicOrigin)
  app.get('/', PUBLIC, async (request, reply) => {
    const caller = await sessions.findCaller(request.headers.cookie, { signal })
    if (caller === undefined) return reply.redirect('/sign-in', 303)
    const { userId, sessionId } = caller
    // Whoever looks at it stays signed in.
    void reply.headers(HTML).header('set-cookie', await sessions.cookieFor(userId, sessionId))
    const addressOf = (name: string) => `${protocol}//${PORTS.front}-${name}.${host}/`
    return reply.send(hubPage({ language: languageFor(request), userId, workspaces: workspaces.all, addressOf }))
  })
  const change = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: (userId: string) => Promise<void> | void,
  ) => {
    requireOwnOrigin(request.headers, publicOrigin)
    const caller = await sessions.findCaller(request.headers.cookie, { signal })
    if (caller === undefined) return reply.redirect('/sign-in', 303)
    await work(caller.userId)
    return reply.redirect('/', 303)
  }
  app.post<{ Body: Form }>('/workspaces', PUBLIC, (request, reply) =>
    change(request, reply, (userId) => workspaces.create(request.body.name ?? '', userId)),
  )
  app.post<{ Params: { name: string; verb: string }; Body: Form | undefined }>(
    '/workspaces/:name/:verb',
    PUBLIC,
    (request, reply) =>
      change(request, reply, async (userId) => {
        const workspace = workspaces.find(request.params.name)
        if (workspace?.owner === userId) await act(workspace, request.params.verb, request.body?.sharing)
      }),
  )
  const act = async (workspace: Workspace, verb: string, asked: string | undefined): Promise<void> => {
    const sharing = SHARINGS.find((each) => each === asked)
    if (verb === 'start') await workspaces.start(workspace, { signal })
    if (verb === 'stop') await workspaces.stop(workspace, { signal })
    if (verb === 'share' && sharing !== undefined) workspaces.share(workspace, sharing)
  }
}

function languageFor({ headers }: FastifyRequest) {
  return languageOf(headers['accept-language'])
}

/** A path of the hub itself: nobody is led elsewhere by a link to the sign-in. */
function ownPath(next: string | undefined): string {
  const url = URL.parse(next ?? '/', 'http://hub.invalid')
  return url?.origin === 'http://hub.invalid' && next?.startsWith('/') === true ? `${url.pathname}${url.search}` : '/'
}
