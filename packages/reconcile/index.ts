export {
  type Adoption,
  type AdoptionStep,
  type Candidate,
  candidateOf,
  type LeftAlone,
  listOccupants,
  listUnrecordedHalves,
  planAdoption,
  requireSeen,
  type SeenOccupant,
  type UnrecordedHalf,
} from './adoption.ts'
export { type Attribution, attribute, describeSighting, nameOfHolder } from './attribution.ts'
export { compareHost } from './compare-host.ts'
export { DIFFERENCES, type Difference, type DifferenceCode, formatDifference, type Severity } from './difference.ts'
export { RECONCILE_ERRORS, type RuleFault } from './errors.ts'
export { type HostLook, type HostLookOptions, lookAtHost, type Seen } from './host-look.ts'
export { planRebuild, type Rebuild } from './rebuild.ts'
export { type AdoptionRule, RuleBook } from './rule.ts'
