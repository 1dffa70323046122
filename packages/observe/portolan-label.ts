import type { SightedContainer } from './container.ts'

/** Labels by which a container says what it is to Portolan, so that the registry can be rebuilt from the hosts. */
export const PORTOLAN_LABELS = {
  claim: 'portolan.claim',
  token: 'portolan.token',
  project: 'portolan.project',
  environment: 'portolan.environment',
  slot: 'portolan.slot',
  version: 'portolan.version',
} as const

export type PortolanLabel = keyof typeof PORTOLAN_LABELS

/**
 * What a container's labels say, as text that nothing has checked: whoever builds its image or starts it writes them. Empty
 * where there are none.
 */
export function portolanLabelsOf(
  container: Pick<SightedContainer, 'labels'> | undefined,
): Readonly<Partial<Record<PortolanLabel, string>>> {
  const labels = container?.labels ?? {}
  const found: Partial<Record<PortolanLabel, string>> = {}
  for (const name of LABEL_NAMES) {
    const value = Object.hasOwn(labels, PORTOLAN_LABELS[name]) ? labels[PORTOLAN_LABELS[name]] : undefined
    if (value !== undefined && value !== '') found[name] = value
  }
  return found
}

const LABEL_NAMES = [
  'claim',
  'token',
  'project',
  'environment',
  'slot',
  'version',
] as const satisfies readonly PortolanLabel[]
