import type { Sighting } from '@portolan/observe'
import type { Half } from '@portolan/registry'
import { readLabels } from './label-reading.ts'
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
  /** A rule names this very container and says the same: whoever asks stands for it. */
  readonly isVouched: boolean
}

/**
 * Labels first, then the rules. Undefined where nobody can tell. Labels are no proof: an image brings its own (LABEL in a
 * Dockerfile), and whoever may start a container writes what he likes. So they say whose something seems to be, and where
 * two contradict each other neither is believed.
 */
export function attribute(sighting: Sighting, rules: RuleBook): Attribution | undefined {
  const { project, environment, half, version, claimId, token } = readLabels(sighting.container)
  const match = rules.find(sighting)
  if (project !== undefined && environment !== undefined) {
    const isVouched = match?.isExact === true && match.project === project && match.environment === environment
    const rest = { kind: undefined, purpose: undefined, shape: undefined, half, version, claimId, token }
    return { by: 'label', project, environment, ...rest, isVouched }
  }
  if (match === undefined) return undefined
  const { isExact: isVouched, ...said } = match
  return { by: 'rule', ...said, half: undefined, version: undefined, claimId: undefined, token: undefined, isVouched }
}

/** Both numbers that a deployer is given, and writes down. */
export function hasNumbers({ claimId, token }: Pick<Attribution, 'claimId' | 'token'>): boolean {
  return claimId !== undefined && token !== undefined
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
