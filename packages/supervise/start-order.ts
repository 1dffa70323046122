import { needsCycle } from './errors.ts'

interface Needing {
  readonly name: string
  readonly needs: readonly { readonly service: string }[]
}

/** For each service of a list those of the same list that have their turn before it. Has no circle. */
export type Order = ReadonlyMap<string, readonly string[]>

/**
 * Checks that the needs can be met in some order, and says which services have to be healthy before which.
 * @throws SUPERVISE_NEEDS_CYCLE with the circle
 */
export function startOrder<S extends Needing>(services: readonly S[]): Order {
  const names = new Set(services.map(({ name }) => name))
  const needed = new Map(
    services.map(({ name, needs }) => [name, needs.map(({ service }) => service).filter((need) => names.has(need))]),
  )
  refuseCircle(needed)
  return needed
}

/** Who needs others stops before them; the one given as `first` before all, so that nothing new comes in meanwhile. */
export function stopOrder(order: Order, first: string | undefined): Order {
  const names = [...order.keys()]
  const before = names.map((name): readonly [string, readonly string[]] => {
    if (name === first) return [name, []]
    const needing = names.filter((other) => other !== first && order.get(other)?.includes(name))
    return [name, first === undefined || !order.has(first) ? needing : [...needing, first]]
  })
  return new Map(before)
}

/** The order among some of the services alone. */
export function orderAmong(order: Order, names: ReadonlySet<string>): Order {
  const some = [...order].filter(([name]) => names.has(name))
  return new Map(some.map(([name, before]) => [name, before.filter((other) => names.has(other))]))
}

/**
 * Takes a step for each service as soon as those before it have taken theirs, otherwise all at once. Resolves or
 * rejects when every step is over; what comes after a step that failed is not taken.
 * @throws what the first step that failed said, in the order of the list
 */
export async function takeSteps(order: Order, step: (name: string) => Promise<void>): Promise<void> {
  // Each is promised before any is taken: to begin with those before it would be a call for each step of a chain.
  const promised = new Map([...order.keys()].map((name) => [name, Promise.withResolvers<void>()] as const))
  for (const [name, { resolve }] of promised) {
    const before = (order.get(name) ?? []).flatMap((other) => promised.get(other)?.promise ?? [])
    resolve(Promise.all(before).then(() => step(name)))
  }
  const results = await Promise.allSettled([...promised.values()].map(({ promise }) => promise))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Depth first with a stack of its own: a call for each step of a long chain would overflow the one of the language. */
function refuseCircle(needed: ReadonlyMap<string, readonly string[]>): void {
  const done = new Set<string>()
  for (const start of needed.keys()) {
    // The way to where the walk stands, in order, each with the needs that are still to be walked.
    const trail = new Map<string, Iterator<string>>()
    const walk: string[] = []
    const enter = (name: string): void => {
      if (trail.has(name)) throw needsCycle([...walk.slice(walk.indexOf(name)), name])
      if (done.has(name)) return
      trail.set(name, (needed.get(name) ?? []).values())
      walk.push(name)
    }
    enter(start)
    for (let name = walk.at(-1); name !== undefined; name = walk.at(-1)) {
      const next = trail.get(name)?.next()
      if (next?.done === false) enter(next.value)
      else {
        walk.pop()
        trail.delete(name)
        done.add(name)
      }
    }
  }
}
