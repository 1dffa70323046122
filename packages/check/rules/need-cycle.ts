import type { DeclaredService } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'

const CODES = {
  NEED_CYCLE: { severity: 'error', title: 'Services need each other in a circle' },
} as const

/** Whoever is needed starts first, so a circle never starts. Of services that all need each other, the shortest circle through the first. */
export const needCycle = defineRule(CODES, (resolved, say) => {
  const services = new Map(allServices(resolved).map((service) => [service.name, service] as const))
  const needs = new Map([...services.values()].map((service) => [service.name, knownNeeds(service, services)] as const))
  return entangled(needs).flatMap((group) => {
    const circle = shortestCircle(group, needs)
    const name = circle?.[0]
    if (circle === undefined || name === undefined) return []
    const steps = [...circle, name].join(' → ')
    const message =
      `The needs go in a circle: ${steps}. Each waits for the next to be healthy, so none ever starts. ` +
      'Take away the need that is not required for starting, or move what both need into a service of its own.'
    const related = circle.slice(1).map((member, index) => ({
      at: [...(services.get(member)?.source ?? []), 'needs', circle[index + 2] ?? name],
      message: `"${member}" needs "${circle[index + 2] ?? name}"`,
    }))
    const source = services.get(name)?.source ?? []
    return [say('NEED_CYCLE', { at: [...source, 'needs', circle[1] ?? name], message, related })]
  })
})

type Edges = ReadonlyMap<string, readonly string[]>

function knownNeeds({ needs }: DeclaredService, services: ReadonlyMap<string, DeclaredService>): readonly string[] {
  return needs.map(({ service }) => service).filter((name) => services.has(name))
}

/** The groups whose members all need each other, directly or not, each in the order of the file (Kosaraju, linear). */
function entangled(needs: Edges): readonly (readonly string[])[] {
  const order = new Map([...needs.keys()].map((name, index) => [name, index] as const))
  const neededBy = new Map<string, string[]>([...needs.keys()].map((name) => [name, []]))
  for (const [name, needed] of needs) for (const one of needed) neededBy.get(one)?.push(name)
  const lastFirst = trees([...needs.keys()], needs)
    .flat()
    .toReversed()
  const place = (name: string | undefined): number => order.get(name ?? '') ?? 0
  return trees(lastFirst, neededBy)
    .map((group) => group.toSorted((a, b) => place(a) - place(b)))
    .toSorted(([a], [b]) => place(a) - place(b))
}

/** What is reached from each root and was not before, in the order in which a depth-first walk leaves it. */
function trees(roots: readonly string[], edges: Edges): readonly (readonly string[])[] {
  const seen = new Set<string>()
  return roots.flatMap((root) => {
    if (seen.has(root)) return []
    const left: string[] = []
    // A stack of its own: a call for each step of a long chain would overflow the one of the language.
    const stack: { readonly name: string; readonly rest: Iterator<string> }[] = []
    const enter = (name: string): void => {
      if (seen.has(name)) return
      seen.add(name)
      stack.push({ name, rest: (edges.get(name) ?? []).values() })
    }
    enter(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next()
      if (next.done !== true) enter(next.value)
      else left.push(stack.pop()?.name ?? '')
    }
    return [left]
  })
}

/** Breadth first within the group, so that no shorter way back to its first exists; undefined when there is none. */
function shortestCircle(group: readonly string[], needs: Edges): readonly string[] | undefined {
  const [start = ''] = group
  const members = new Set(group)
  const parents = new Map<string, string | undefined>([[start, undefined]])
  // Names that are found later are farther, so going on at the end is going on in breadth.
  for (const name of parents.keys()) {
    const needed = needs.get(name) ?? []
    if (needed.includes(start)) return wayTo(name, parents)
    for (const next of needed) if (members.has(next) && !parents.has(next)) parents.set(next, name)
  }
  return undefined
}

function wayTo(name: string, parents: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = []
  for (let at: string | undefined = name; at !== undefined; at = parents.get(at)) way.push(at)
  return way.toReversed()
}
