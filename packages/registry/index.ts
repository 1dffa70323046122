export type { AllocateRequest, AllocateResult, WantedShape } from './allocate.ts'
export { type Band, bandName, DEFAULT_BANDS } from './band.ts'
export type { BlockedPorts } from './blocked-ports.ts'
export type { BlockReason } from './blocker.ts'
export type { ChangeSlotsRequest } from './change-slots.ts'
export type { CheckRequest, CheckResult, PortObstacle } from './check-ports.ts'
export {
  type Claim,
  type ClaimShape,
  isLeaseOver,
  isLive,
  type LiveClaim,
  type ReleasedClaim,
  SHAPES,
} from './claim.ts'
export type { ClaimRequest } from './claim-ports.ts'
export type {
  ClaimFilter,
  ClaimPage,
  EventPage,
  HeldFilter,
  HistoryFilter,
  Page,
  RegistryEvent,
} from './claim-query.ts'
export type { DeclareBandsRequest, DeclareHostRequest, RemoveHostRequest } from './declarations.ts'
export {
  type BandHolder,
  bandFull,
  claimMissing,
  hostMissing,
  notOwner,
  REGISTRY_ERRORS,
  type RequestFault,
  requestInvalid,
} from './errors.ts'
export type { ExpiredLeases } from './expire-leases.ts'
export { HIGHEST_FLOOR } from './highest-floor.ts'
export type { Host, HostDraft } from './host.ts'
export { isName, NAME_PATTERN } from './name.ts'
export type { NumberFloor, RaiseNumbersRequest } from './number-floor.ts'
export type { Occupant } from './occupants.ts'
export { openRegistry, type RegistryOptions } from './open-registry.ts'
export { EVENT_TYPES, type EventType } from './operation.ts'
export type { Plan, PlanResult, PlanStep } from './plan.ts'
export { DEFAULT_PURPOSE } from './purpose.ts'
export type { Registry } from './registry.ts'
export type { ReleaseRequest, ReleaseResult } from './release.ts'
export type { RenewRequest } from './renew.ts'
export type { Authored } from './request.ts'
export type { Skip } from './skip.ts'
export { HALVES, type Half, type Slot, type SlotEvent, type SlotState, type Slots } from './slot.ts'
export { explainStoreFailure } from './store-failure.ts'
export type { TakeOverRequest } from './take-over.ts'
