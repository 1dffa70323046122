export { askSupervisor } from './control-client.ts'
export { type DataFolder, dataFolderOf, prepareDataFolder } from './data-folder.ts'
export { controlFailed, notRunning, SUPERVISE_ERRORS } from './errors.ts'
export { acquireFolderLock, type FolderLock } from './folder-lock.ts'
export { type HeldPort, type HeldPorts, readHeldPorts, removeHeldPorts, writeHeldPorts } from './held-ports.ts'
export { logFilePath } from './log-file.ts'
export { formatLogLine, type LogLine } from './log-line.ts'
export { followLogs, type ReadLogsOptions, readLogs } from './log-reader.ts'
export { MARK_VARIABLE } from './marked-processes.ts'
export { endOrphans } from './orphans.ts'
export { urlOf } from './place.ts'
export {
  type PortStatus,
  parseStackStatus,
  type RunState,
  readRunState,
  type ServiceStatus,
  type StackStatus,
} from './run-state.ts'
export type { Programs } from './runner-choice.ts'
export { ADMIN_PORT } from './runners/gateway-oversight.ts'
export { gatewayConfiguration } from './runners/gateway-runner.ts'
export { allServices } from './service-environment.ts'
export type { StateName } from './service-state.ts'
export { MODULES_LOG, type SupervisorOptions, startStack } from './start-stack.ts'
export type { StateChange } from './supervised-service.ts'
export type { Supervisor } from './supervisor.ts'
