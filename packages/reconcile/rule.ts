import type { Sighting } from '@portolan/observe'
import { type PortRange, parsePortRange, rangeContains } from '@portolan/ports'
import { isName } from '@portolan/registry'
import { type RuleFault, ruleInvalid } from './errors.ts'

/**
 * Whose something is that carries no labels: every pattern that is given has to fit. `*` stands for any text, and `$1`,
 * `$2` in what follows for what it stood for: `{ container: '*-docker-blue', project: '$1', environment: 'production' }`.
 */
export interface AdoptionRule {
  /** The container's name. */
  readonly container?: string
  readonly image?: string
  /** The program's short name. */
  readonly command?: string
  /** One port, or first and last. */
  readonly ports?: string
  readonly project: string
  readonly environment: string
  readonly kind?: string
  readonly purpose?: string
  readonly shape?: 'pair' | 'single'
}

/** What a rule says of a sighting that it fits. */
export interface RuleMatch {
  readonly project: string
  readonly environment: string
  readonly kind: string | undefined
  readonly purpose: string | undefined
  readonly shape: 'pair' | 'single' | undefined
  /** It names the container, without a star. */
  readonly isExact: boolean
}

const TEXTS = ['container', 'image', 'command'] as const
const NAMES = ['project', 'environment', 'kind', 'purpose'] as const
const STAR_LIMIT = 3
const PATTERN_LIMIT = 200

/** Rules that have been checked, ready to be asked. */
export class RuleBook {
  readonly #rules: readonly { readonly rule: AdoptionRule; readonly range: PortRange | undefined }[]

  /** @throws RECONCILE_RULE_INVALID with every fault of every rule */
  constructor(rules: readonly AdoptionRule[]) {
    const faults = rules.flatMap((rule, index) => faultsOf(rule, index))
    if (faults.length > 0) throw ruleInvalid(faults)
    this.#rules = rules.map((rule) => ({ rule, range: rule.ports === undefined ? undefined : rangeIn(rule.ports) }))
  }

  /** The first rule that fits decides. */
  find(sighting: Sighting): RuleMatch | undefined {
    for (const { rule, range } of this.#rules) {
      if (range !== undefined && !rangeContains(range, sighting.port)) continue
      const match = matchOf(rule, sighting)
      if (match !== undefined) return match
    }
    return undefined
  }
}

function matchOf(rule: AdoptionRule, { container, holder }: Sighting): RuleMatch | undefined {
  const seen = { container: container?.name, image: container?.image, command: holder?.command }
  const stars: string[] = []
  for (const field of TEXTS) {
    const pattern = rule[field]
    if (pattern === undefined) continue
    const found = seen[field] === undefined ? null : patternOf(pattern).exec(seen[field])
    if (found === null) return undefined
    stars.push(...found.slice(1))
  }
  const filled = (text: string) => text.replace(/\$(\d)/g, (_, digit: string) => stars[Number(digit) - 1] ?? '')
  const [project, environment] = [filled(rule.project), filled(rule.environment)]
  const [kind, purpose] = [rule.kind, rule.purpose].map((text) => (text === undefined ? undefined : filled(text)))
  // What a star stood for may be no name: then the rule says nothing of this one.
  if (![project, environment, kind, purpose].every((name) => name === undefined || isName(name))) return undefined
  const isExact = rule.container !== undefined && !rule.container.includes('*')
  return { project, environment, kind, purpose, shape: rule.shape, isExact }
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*)')}$`, 's')
}

function faultsOf(rule: AdoptionRule, index: number): readonly RuleFault[] {
  const faults: RuleFault[] = []
  const fault = (field: string, expected: string) => faults.push({ rule: index, field, expected })
  if ([...TEXTS, 'ports' as const].every((field) => rule[field] === undefined)) {
    fault('container', 'given, or "image", "command" or "ports": a rule without any would fit everything')
  }
  for (const field of TEXTS) {
    const pattern = rule[field] ?? ''
    if (pattern.length > PATTERN_LIMIT || pattern.split('*').length > STAR_LIMIT + 1) {
      fault(field, `of at most ${PATTERN_LIMIT} characters and ${STAR_LIMIT} stars`)
    }
  }
  for (const field of NAMES) {
    const name = rule[field]
    if (name !== undefined && !isName(name.replaceAll(/\$[1-9]/g, '0'))) {
      fault(field, 'a name of small letters, digits and . _ / -, and $1 to $9 for what stars stand for')
    }
  }
  if (rule.ports !== undefined && rangeIn(rule.ports) === undefined) fault('ports', 'such as "4100" or "4100-4199"')
  return faults
}

function rangeIn(text: string): PortRange | undefined {
  try {
    return parsePortRange(text)
  } catch {
    return undefined // said as a fault of the rule
  }
}
