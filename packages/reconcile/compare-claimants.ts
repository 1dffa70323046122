import { disputeRemedy, evidenceOf } from './adoption.ts'
import { candidateOf } from './candidate.ts'
import { type Site, settleNeeds } from './claimants.ts'
import { type Difference, differenceOf } from './difference.ts'
import type { HostLook } from './host-look.ts'

/** What says that it is one and the same need on several ports, or with numbers that cannot all be true. */
export function compareClaimants(look: HostLook): readonly Difference[] {
  const settled = settleNeeds(look.seen.flatMap((seen) => candidateOf(look, seen)))
  return settled.flatMap(({ site, others }) => {
    return site === undefined ? others.map((other) => disagreement(look, other, others)) : []
  })
}

function disagreement({ host }: HostLook, site: Site, all: readonly Site[]): Difference {
  const { range, need } = site
  const { project, environment, transport } = need
  return differenceOf({
    host,
    ports: range,
    transport,
    project,
    code: 'RECONCILE_CLAIMANTS_DISAGREE',
    message: `Who is ${project} (${environment}) is not known, for what runs disagrees; none of it is adopted.`,
    remedy: disputeRemedy(site),
    evidence: [site, ...all.filter((other) => other !== site)].flatMap(evidenceOf),
  })
}
