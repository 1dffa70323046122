import type { Service } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'

const CODES = {
  NEED_CYCLE: { severity: 'error', title: 'Services need each other in a circle' },
} as const

/** Whoever is needed starts first, so a circle never starts. The shortest circle through each service, once. */
export const needCycle = defineRule(CODES, (resolved, say) => {
  const services = new Map(allServices(resolved).map((service) => [service.name, service] as const))
  const told = new Set<string>()
  return [...services.keys()].flatMap((name) => {
    const circle = shortestCircle(name, services)
    if (circle === undefined || circle.some((member) => told.has(member))) return []
    for (const member of circle) told.add(member)
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

/** Breadth first, so that no shorter way back exists; undefined when there is none. */
function shortestCircle(start: string, services: ReadonlyMap<string, Service>): readonly string[] | undefined {
  const seen = new Set<string>()
  const paths: (readonly string[])[] = [[start]]
  // Paths that are found later are longer, so going on at the end is going on in breadth.
  for (const path of paths) {
    const needed = (services.get(path.at(-1) ?? '')?.needs ?? []).map(({ service }) => service)
    if (needed.includes(start)) return path
    const unseen = needed.filter((name) => !seen.has(name))
    for (const name of unseen) seen.add(name)
    paths.push(...unseen.map((name) => [...path, name]))
  }
  return undefined
}
