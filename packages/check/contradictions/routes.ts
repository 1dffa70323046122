import type { DeclaredStack } from '@portolan/stack'
import { contradiction, type StackPair } from '../contradiction.ts'
import type { Finding } from '../finding.ts'
import { leadsTo, type ServedRoute, servedRoutes } from '../served-route.ts'
import { listed } from '../wording.ts'

/**
 * Every path that one file routes is followed through the other's routes. Where a file routes a path to several
 * services at once, it contradicts only what is none of them. A file without any route says nothing about paths.
 */
export function routeContradictions(pair: StackPair): readonly Finding[] {
  const routes = { a: servedRoutes(pair.a), b: servedRoutes(pair.b) }
  if (routes.a.length === 0 || routes.b.length === 0) return []
  const pathsOfA = new Set(routes.a.map(({ path }) => path))
  const onlyInB = routes.b.filter(({ path }) => !pathsOfA.has(path))
  return [
    ...differences(routes.a, routes.b, { here: pair.a, there: pair.b, pair }),
    ...differences(onlyInB, routes.a, { here: pair.b, there: pair.a, pair }),
  ]
}

interface Sides {
  readonly here: DeclaredStack
  readonly there: DeclaredStack
  readonly pair: StackPair
}

function differences(own: readonly ServedRoute[], others: readonly ServedRoute[], sides: Sides): readonly Finding[] {
  return [...Map.groupBy(own, ({ path }) => path)].flatMap(([path, routes]) => {
    const [first] = routes
    const answers = followed(path, others)
    if (first === undefined || areCompatible(routes, answers) || isDividedFurther(path, answers, others)) return []
    const [answer] = answers
    const says =
      answer === undefined
        ? 'leads nowhere'
        : `${leads(answers)}${answer.path === path ? '' : `, by its route "${answer.path}"`}`
    return [
      contradiction(
        'CONTRADICTION_ROUTE',
        {
          subject: `Path "${path}"`,
          here: { stack: sides.here, path: first.route.source, says: leads(routes) },
          there: { stack: sides.there, path: answer?.route.source ?? ['gateway'], says },
        },
        sides.pair,
      ),
    ]
  })
}

/** The longest prefix at a segment boundary; several when that path is routed to several services. */
function followed(path: string, routes: readonly ServedRoute[]): readonly ServedRoute[] {
  const leading = routes.filter((route) => leadsTo(route.path, path))
  const longest = Math.max(...leading.map((route) => route.path.length))
  return leading.filter((route) => route.path.length === longest)
}

/** `/api` of one file against `/api/boards`, `/api/chats` of the other: those are followed one by one. */
function isDividedFurther(path: string, answers: readonly ServedRoute[], routes: readonly ServedRoute[]): boolean {
  return answers.length === 0 && routes.some((route) => leadsTo(path, route.path))
}

function areCompatible(own: readonly ServedRoute[], answers: readonly ServedRoute[]): boolean {
  return own.some((route) => answers.some((answer) => isSameTarget(route, answer) && isSameUpgrade(route, answer)))
}

function isSameTarget(a: ServedRoute, b: ServedRoute): boolean {
  if (a.service.name !== b.service.name) return false
  // A number that differs is a contradiction of the port, not of the route.
  return a.port?.name === b.port?.name || haveSameNumber(a, b)
}

/** What has no number yet is no other port's equal; two routes without any port are. */
function haveSameNumber(a: ServedRoute, b: ServedRoute): boolean {
  const isOpen = [a, b].some(({ port }) => port !== undefined && port.range === undefined)
  return !isOpen && a.port?.range?.first === b.port?.range?.first
}

/** Only of one and the same path: `/ws` below `/` may well upgrade while `/` does not. */
function isSameUpgrade(a: ServedRoute, b: ServedRoute): boolean {
  return a.path !== b.path || a.route.websocket === b.route.websocket
}

function leads(routes: readonly ServedRoute[]): string {
  const names = routes.map(({ service, port }) => `"${service.name}${port === undefined ? '' : `.${port.name}`}"`)
  const upgrade = routes.some(({ route }) => route.websocket) ? ' with WebSocket' : ''
  return `leads to ${listed(names, 'or')}${upgrade}`
}
