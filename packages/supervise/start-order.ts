import { needsCycle } from './errors.ts'

interface Needing {
  readonly name: string
  readonly needs: readonly { readonly service: string }[]
}

/**
 * Checks that the needs can be met in some order, and says which services need which.
 * @returns for each service the services of the same list that have to be healthy before it
 * @throws SUPERVISE_NEEDS_CYCLE with the circle
 */
export function startOrder<S extends Needing>(services: readonly S[]): ReadonlyMap<string, readonly string[]> {
  const names = new Set(services.map(({ name }) => name))
  const needed = new Map(
    services.map(({ name, needs }) => [name, needs.map(({ service }) => service).filter((need) => names.has(need))]),
  )
  const done = new Set<string>()
  for (const name of names) visit(name, [], { needed, done })
  return needed
}

function visit(
  name: string,
  trail: readonly string[],
  graph: { readonly needed: ReadonlyMap<string, readonly string[]>; readonly done: Set<string> },
): void {
  if (graph.done.has(name)) return
  if (trail.includes(name)) throw needsCycle([...trail.slice(trail.indexOf(name)), name])
  for (const need of graph.needed.get(name) ?? []) visit(need, [...trail, name], graph)
  graph.done.add(name)
}
