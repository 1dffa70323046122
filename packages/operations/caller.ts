import { projectRefused, roleMissing } from './errors.ts'

/** Each may what those before it may. */
export const ROLES = ['read', 'allocate', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who asks, as far as it matters what he may. */
export interface Caller {
  /** Such as the name of the key: the actor of what is done. */
  readonly name: string
  readonly role: Role
  /** Names of projects; `*` stands for any text, alone for all projects. */
  readonly projects: readonly string[]
}

/** Somebody who may do everything: the process itself, and who has its database. */
export function ownerOf(name: string): Caller {
  return { name, role: 'admin', projects: ['*'] }
}

export function hasRole({ role }: Caller, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** Whether the caller stands for that project. */
export function coversProject({ projects }: Caller, project: string): boolean {
  return projects.some((pattern) => matchesPattern(pattern, project))
}

export function coversAll({ projects }: Caller): boolean {
  return projects.includes('*')
}

/** @throws OPERATIONS_ROLE_MISSING */
export function requireRole(caller: Caller, needed: Role, what: string): void {
  if (!hasRole(caller, needed)) throw roleMissing(caller, needed, what)
}

/** @throws OPERATIONS_PROJECT_REFUSED */
export function requireProject(caller: Caller, project: string): void {
  if (!coversProject(caller, project)) throw projectRefused(caller, `project "${project}"`)
}

/** `worb-*`: the parts between the stars, in their order. No regular expression, which a pattern could make slow. */
function matchesPattern(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  const tail = rest.pop()
  if (tail === undefined) return pattern === text
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false
  let left = text.slice(head.length, text.length - tail.length)
  for (const part of rest) {
    const at = left.indexOf(part)
    if (at < 0) return false
    left = left.slice(at + part.length)
  }
  return true
}
