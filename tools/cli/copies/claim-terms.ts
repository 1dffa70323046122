import type { DeclaredStack } from '@portolan/stack'
import type { PortWish } from './port-wish.ts'

/** A copy of a stack, as far as a registry has to tell it from every other one. */
export interface ClaimingCopy {
  readonly stack: Pick<DeclaredStack, 'name' | 'environment' | 'shift' | 'preview'>
  readonly stackFolder: string
  /** Differs between any two copies: checkouts, environments, shifts and previews. */
  readonly mark: string
}

export interface BandName {
  readonly environment: string
  readonly kind: string
}

/** In whose name, in which band and for how long a port is claimed. */
export interface ClaimTerms {
  readonly project: string
  readonly environment: string
  readonly kind: string
  readonly purpose: string
  readonly labels: Readonly<Record<string, string>>
  /** Undefined: until it is released. */
  readonly leaseMs: number | undefined
}

/** Where copies are that no environment has a band for: each checkout's `development`, and every preview. */
export const PREVIEW_ENVIRONMENT = 'preview'
const DEVELOPMENT = 'development'
const DEFAULT_KIND = 'app'
/** A checkout that nobody has started for so long is taken for deleted. Each start renews it. */
const CHECKOUT_LEASE_MS = 30 * 24 * 3_600_000
/** A purpose has at most 100 characters, of which the names of service and port may take 81. */
const MARK_LENGTH = 12

/**
 * A deployed environment that has bands of its own is there once a host: it keeps its ports until they are released.
 * Whatever else runs here may be one of many checkouts, so its claims carry the mark of its copy, and a lease.
 * @param previewLeaseMs for a preview
 */
export function claimTerms(
  copy: ClaimingCopy,
  wish: PortWish,
  { bands, previewLeaseMs }: { readonly bands: readonly BandName[]; readonly previewLeaseMs: number | undefined },
): ClaimTerms {
  const { stack, stackFolder, mark } = copy
  const { environment, kind } = bandOf(stack, wish, bands)
  const isDeployed =
    stack.preview === undefined && environment === stack.environment && environment !== DEVELOPMENT && stack.shift === 0
  const lease = stack.preview === undefined ? CHECKOUT_LEASE_MS : previewLeaseMs
  return {
    project: stack.name,
    environment,
    kind,
    purpose: isDeployed ? wish.key : `${wish.key}/${mark.slice(0, MARK_LENGTH)}`,
    labels: copyLabels(copy, stackFolder),
    leaseMs: isDeployed ? undefined : lease,
  }
}

function bandOf(stack: ClaimingCopy['stack'], { kind }: PortWish, bands: readonly BandName[]): BandName {
  const isOwn = stack.preview === undefined && bands.some(({ environment }) => environment === stack.environment)
  // A kind that the environment's own bands lack is refused by the registry, which lists them.
  if (isOwn) return { environment: stack.environment, kind }
  const hasKind = bands.some((band) => band.environment === PREVIEW_ENVIRONMENT && band.kind === kind)
  return { environment: PREVIEW_ENVIRONMENT, kind: hasKind ? kind : DEFAULT_KIND }
}

export const COPY_LABELS = {
  stack: 'portolan.stack',
  environment: 'portolan.environment',
  preview: 'portolan.preview',
  folder: 'portolan.folder',
  copy: 'portolan.copy',
} as const

const LONGEST_LABEL = 500

/** What a person who finds the claim wants to know: whose it is, and where. */
function copyLabels({ stack, mark }: ClaimingCopy, stackFolder: string): Readonly<Record<string, string>> {
  return {
    [COPY_LABELS.stack]: stack.name,
    [COPY_LABELS.environment]: stack.environment,
    ...(stack.preview === undefined ? {} : { [COPY_LABELS.preview]: stack.preview }),
    [COPY_LABELS.folder]: stackFolder.slice(-LONGEST_LABEL),
    [COPY_LABELS.copy]: mark,
  }
}
