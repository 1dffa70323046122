export { OBSERVE_ERRORS } from './errors.ts'
export { type KernelObserverOptions, kernelObserver } from './kernel-observer.ts'
export {
  findHolder,
  type Observation,
  type ObserveOptions,
  observe,
  type SeenObservation,
  type UnknownObservation,
} from './observation.ts'
export type { Observer } from './observer.ts'
export { type BindOutcome, type BindProblem, findBindProblem, probeBind } from './probe-bind.ts'
export {
  describeProcess,
  identifyProcess,
  isRunning,
  listProcessGroup,
  type ProcessIdentity,
} from './process-identity.ts'
export type { ProcessTableOptions } from './process-table.ts'
export { endpointOfSighting, type Holder, type Sighting } from './sighting.ts'
