import type { Socket } from 'node:net'
import type { ErrorCatalogue } from '@portolan/errors'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { App } from './app.ts'
import { addClosing } from './app-closing.ts'
import { addHealth, type ReadinessCheck } from './app-health.ts'
import { addMetrics } from './app-metrics.ts'
import { AppProblems } from './app-problems.ts'
import { requestUnreadable } from './errors.ts'
import { LoggedPaths } from './logged-path.ts'
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts'
import { compileRequestSchema, type TypeBoxProvider } from './request-validator.ts'
import { addBodyDrain } from './unread-body.ts'

const DEFAULTS = {
  ready: {},
  readyTimeoutMs: 2_000,
  catalogues: [],
  trustProxy: 'loopback',
  bodyLimitBytes: 1_048_576,
} as const

export interface AppOptions {
  /** The service's name: a label of its metrics. */
  readonly name: string
  readonly logger: Logger
  /** What `/ready` asks, by name. */
  readonly ready?: Readonly<Record<string, ReadinessCheck>>
  /** Limit for each readiness check. */
  readonly readyTimeoutMs?: number
  /** Where the titles of the service's own error codes are. */
  readonly catalogues?: readonly ErrorCatalogue[]
  /** Whose `x-forwarded-*` headers count: addresses, or `loopback`, the gateway on the same machine. */
  readonly trustProxy?: string | string[]
  readonly bodyLimitBytes?: number
  /** Gets the app's own Prometheus registry, for figures beside the requests'. */
  readonly onMetrics?: (registry: Registry) => void
}

/**
 * Builds an app that listens to nothing yet: `/health`, `/ready`, `/metrics`, request ids in log and answer, errors as
 * problems, and a clean `close`. Add routes, then give it to `listen`, or to `inject` in a test.
 */
export function createApp(options: AppOptions): App {
  const { name, logger, ready, readyTimeoutMs, catalogues, trustProxy, bodyLimitBytes } = { ...DEFAULTS, ...options }
  const problems = new AppProblems(catalogues)
  const loggerInstance: FastifyBaseLogger = logger
  const app: App = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: bodyLimitBytes,
    trustProxy,
    return503OnClosing: false, // it would answer with a shape of its own; addClosing refuses with a problem
    frameworkErrors: (error, request, reply) =>
      problems.answer(requestUnreadable(error.statusCode ?? 400, error), request, reply),
    clientErrorHandler: (error, socket) => answerBrokenRequest(problems, error, socket),
  }).withTypeProvider<TypeBoxProvider>()
  app.setValidatorCompiler(compileRequestSchema)
  app.setErrorHandler(problems.answer)
  const paths = new LoggedPaths(app)
  app.setNotFoundHandler((request, reply) => problems.answerUnknownRoute(paths.of(request.url), request, reply))
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header(REQUEST_ID_HEADER, request.id)
    done()
  })
  addClosing(app)
  addBodyDrain(app)
  addLogLine(app, paths)
  const registry = addMetrics(app, name)
  options.onMetrics?.(registry)
  addHealth(app, { checks: ready, timeoutMs: readyTimeoutMs })
  return app
}

// Asked every few seconds by whoever watches the service: their lines would bury the others.
const WATCHED_ROUTES: ReadonlySet<string | undefined> = new Set(['/health', '/ready', '/metrics'])

/** One line a request, when it has been answered. */
function addLogLine(app: App, paths: LoggedPaths): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request
    const durationMs = Math.round(reply.elapsedTime * 100) / 100
    const level = WATCHED_ROUTES.has(request.routeOptions.url) ? 'debug' : 'info'
    request.log[level]({ method, path: paths.of(url), status: reply.statusCode, durationMs }, 'answered')
    done()
  })
}

/** What Node's parser refused has no request and no reply, only a socket. */
function answerBrokenRequest(problems: AppProblems, error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const requestId = requestIdOf({ headers: {} })
  const body = JSON.stringify(problems.problemOf(requestUnreadable(400, error), requestId))
  const head = [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `${REQUEST_ID_HEADER}: ${requestId}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
