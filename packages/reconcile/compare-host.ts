import { compareClaimants } from './compare-claimants.ts'
import { compareClaim } from './compare-claims.ts'
import { compareLabels } from './compare-labels.ts'
import { compareFamilies, compareUnclaimed } from './compare-sightings.ts'
import { type Difference, differenceOf } from './difference.ts'
import type { HostLook } from './host-look.ts'

/**
 * Everything that differs between a host's claims and what is open on it, in the order of the ports. Of a host that could
 * not be looked at whole only what was seen counts: that a port is closed there is not known.
 */
export function compareHost(look: HostLook): readonly Difference[] {
  const found = [
    ...look.claims.flatMap((claim) => compareClaim(look, claim)),
    ...compareUnclaimed(look),
    ...compareClaimants(look),
    ...compareLabels(look),
    ...compareFamilies(look),
  ]
  return [...silence(look), ...found.toSorted((a, b) => (a.ports?.first ?? 0) - (b.ports?.first ?? 0))]
}

function silence({ host, observation }: HostLook): readonly Difference[] {
  if (observation.state === 'seen') return []
  const { silent, cause } = observation
  const reasons =
    silent.length === 0 ? [cause.message] : silent.map((each) => `${each.observer}: ${each.cause.message}`)
  const difference = differenceOf({
    host,
    ports: undefined,
    transport: 'tcp',
    code: 'RECONCILE_HOST_UNKNOWN',
    message: `Host "${host}" could not be looked at whole, so what is closed there is not known.`,
    remedy: 'Repair the observer that did not answer, or give the host one.',
    evidence: reasons,
  })
  return [difference]
}
