import type { FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { App } from './app.ts'
import { isEventStream } from './event-stream.ts'

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

// The figures of the process are the same for every service in it, and prom-client's collectors cannot be ended: they
// are therefore made once, when the first app asks, and not once an app.
let processRegistry: Registry | undefined

function processFigures(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry()
    collectDefaultMetrics({ register: processRegistry })
  }
  return processRegistry
}

/** `/metrics`: Prometheus text of the process and of this app's requests, by route template and status class. */
export function addMetrics(app: App, name: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service: name })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the last byte of the answer; event streams are not counted.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (!isEventStream(reply)) durations.observe(labelsOf(request, reply), reply.elapsedTime / 1_000)
    done()
  })
  app.get('/metrics', async (_request, reply) => {
    const text = `${await processFigures().metrics()}\n${await registry.metrics()}`
    return reply.type(registry.contentType).send(text)
  })
  return registry
}

/** The template (`/entries/:id`), never the path: a label's values must stay few. */
function labelsOf(request: FastifyRequest, reply: FastifyReply) {
  const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown')
  return { method: request.method, route, status: `${Math.floor(reply.statusCode / 100)}xx` }
}
