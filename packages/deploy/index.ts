export { type CommandRunnerOptions, type CommandSettings, commandRunner } from './command-runner.ts'
export { containerHome } from './container-home.ts'
export { type ContainerRunnerOptions, type ContainerSettings, containerRunner } from './container-runner.ts'
export { type DeployRequest, type DeployResult, deploySlot, type Surroundings } from './deploy-slot.ts'
export { DEPLOY_ERRORS } from './errors.ts'
export type { HealthCheck, HealthTimes } from './health.ts'
export type { Arrival, Home, Occupant, Runner, SlotPlace, Started } from './occupant.ts'
export type { Pair, PairNaming } from './pair.ts'
export { OCCUPANT_VARIABLE, processHome } from './process-home.ts'
export type { DeployProgress, OnProgress } from './progress.ts'
export {
  type ChangeSurroundings,
  clearSlot,
  expireSlots,
  type RollbackRequest,
  retireSlot,
  rollBackSlot,
  type SlotChange,
} from './slot-changes.ts'
export { inheritedVariables, readVariables, type WantedVariables } from './variables.ts'
