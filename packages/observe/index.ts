export {
  type Container,
  ENGINES,
  type Engine,
  type PublishedPort,
  type SightedContainer,
} from './container.ts'
export { type EngineAddress, type EngineTls, formatEngineAddress } from './engine-address.ts'
export { callEngine, type EngineCall, type EngineReply } from './engine-answer.ts'
export { type EngineObserverOptions, engineObserver, sightingsOfContainers } from './engine-observer.ts'
export { OBSERVE_ERRORS } from './errors.ts'
export { type KernelObserverOptions, kernelObserver } from './kernel-observer.ts'
export { listMarkedProcesses } from './marked-processes.ts'
export { mergeSightings } from './merge-sightings.ts'
export {
  findHolder,
  type Observation,
  type ObserveOptions,
  observe,
  type SeenObservation,
  type UnknownObservation,
} from './observation.ts'
export {
  type HostObservation,
  observeHost,
  type SeenHost,
  type SilentObserver,
  type UnknownHost,
} from './observe-host.ts'
export { type ContainerObserver, isContainerObserver, type Observer } from './observer.ts'
export { pause } from './pause.ts'
export { PORTOLAN_LABELS, type PortolanLabel, portolanLabelsOf } from './portolan-label.ts'
export { type FolderPrivacy, folderPrivacy, foreignWriter, isPrivateFolder, type Ownership } from './private-folder.ts'
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
export { type SsObserverOptions, ssObserver } from './ss-observer.ts'
export type { SshCredentials } from './ssh-connection.ts'
export { SshHost, type SshHostOptions } from './ssh-host.ts'
export { type SshEngineWay, type SshObserverOptions, sshEngine, sshObserver } from './ssh-observer.ts'
