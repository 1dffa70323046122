import { portolanLabelsOf, type Sighting } from '@portolan/observe'
import type { Half } from '@portolan/registry'
import type { RuleBook } from './rule.ts'

/** Whose something seems to be, and what makes it seem so. */
export interface Attribution {
  readonly by: 'label' | 'rule'
  readonly project: string
  readonly environment: string
  readonly kind: string | undefined
  readonly purpose: string | undefined
  readonly shape: 'pair' | 'single' | undefined
  readonly half: Half | undefined
  readonly version: string | undefined
  /** As the labels say, of the registry that wrote them. */
  readonly claimId: number | undefined
  readonly token: number | undefined
}

const NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,98}[a-z0-9])?$/
// Far above any number that was ever given, far below what is exact no more.
const HIGHEST_NUMBER = 800_000_000_000_000

/**
 * Labels first, for whoever deployed it wrote them; then the rules. Undefined where nobody can tell. Labels are text
 * that nobody has checked: what is no name or no number counts as missing.
 */
export function attribute(sighting: Sighting, rules: RuleBook): Attribution | undefined {
  const labels = portolanLabelsOf(sighting.container)
  const { project, environment, slot, version } = labels
  if (isName(project) && isName(environment)) {
    const half = slot === 'blue' || slot === 'green' ? slot : undefined
    const numbers = { claimId: numberIn(labels.claim), token: numberIn(labels.token) }
    const rest = { kind: undefined, purpose: undefined, shape: undefined, version, ...numbers }
    return { by: 'label', project, environment, half, ...rest }
  }
  const match = rules.find(sighting)
  if (match === undefined) return undefined
  return { by: 'rule', ...match, half: undefined, version: undefined, claimId: undefined, token: undefined }
}

function isName(text: string | undefined): text is string {
  return text !== undefined && NAME.test(text)
}

function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^[1-9]\d{0,15}$/.test(text)) return undefined
  const number = Number(text)
  return number <= HIGHEST_NUMBER ? number : undefined
}

/** What has a port open, as a person reads it: `container "worb-docker-blue"`, `node (process 7 of app)`. */
export function nameOfHolder({ container, holder }: Sighting): string {
  if (container?.name !== undefined) return `container "${container.name}"`
  if (container !== undefined) return `container ${container.id.slice(0, 12)}`
  if (holder === undefined) return 'something whose owner cannot be read'
  return `${holder.command} (process ${holder.pid} of ${holder.user})`
}

/** The same with its place: `container "worb-docker-blue" on 0.0.0.0:4100/tcp`. */
export function describeSighting(sighting: Sighting): string {
  const { family, address, port, transport } = sighting
  return `${nameOfHolder(sighting)} on ${family === 'ipv6' ? `[${address}]` : address}:${port}/${transport}`
}
