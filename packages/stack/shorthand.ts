import { childOf, type Located, type LocatedEntry, type LocatedMap, mapOf } from './located.ts'
import { AUTO } from './stack-schema.ts'

/**
 * Writes every shorthand of a validated body out (`http: 8000` → `http: { port: 8000 }`), so that an overlay may add
 * to what the base said in short. The long form stands where the short one stood.
 */
export function expandShorthands(body: Located): Located {
  if (body.kind !== 'map') return body
  const expanded = replaceEntry(body, 'gateway', expandService)
  return replaceEntry(expanded, 'services', (services) => mapEntries(services, expandService))
}

function expandService(service: Located): Located {
  if (service.kind !== 'map') return service
  const withPorts = replaceEntry(service, 'ports', (ports) => mapEntries(ports, expandPort))
  const withRoutes = replaceEntry(withPorts, 'routes', (routes) =>
    routes.kind === 'list' ? { ...routes, items: routes.items.map((route) => expandTo('path', route)) } : routes,
  )
  const withHealth = replaceEntry(withRoutes, 'health', (health) => expandTo('path', health))
  const withMetrics = replaceEntry(withHealth, 'metrics', (metrics) => expandTo('path', metrics))
  return replaceEntry(withMetrics, 'environment', (variables) => mapEntries(variables, asWritten))
}

/** A variable is text: `1.10`, `007` and a number of twenty digits reach the program as they stand in the file. */
function asWritten(variable: Located): Located {
  if (variable.kind !== 'scalar' || variable.written === undefined) return variable
  return { kind: 'scalar', at: variable.at, value: variable.written }
}

function expandPort(port: Located): Located {
  const isRange = port.kind === 'scalar' && typeof port.value === 'string' && port.value !== AUTO
  return expandTo(isRange ? 'range' : 'port', port)
}

function expandTo(key: string, node: Located): Located {
  if (node.kind !== 'scalar' || node.value === null) return node
  return mapOf(node.at, [[key, { keyAt: node.at, value: node }]])
}

function replaceEntry(map: LocatedMap, key: string, change: (value: Located) => Located): LocatedMap {
  const value = childOf(map, key)
  const entry = map.entries.get(key)
  if (value === undefined || entry === undefined) return map
  return mapOf(map.at, new Map(map.entries).set(key, { ...entry, value: change(value) }))
}

function mapEntries(node: Located, change: (value: Located) => Located): Located {
  if (node.kind !== 'map') return node
  const changed = [...node.entries].map(([key, entry]): readonly [string, LocatedEntry] => [
    key,
    { ...entry, value: change(entry.value) },
  ])
  return mapOf(node.at, changed)
}
