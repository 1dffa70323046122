/** What it takes to ask a registry that is served elsewhere: no database, no observers, no files. */
export { ROLES, type Role } from './caller.ts'
export type { ClaimAnswer, HolderAnswer } from './claim-answer.ts'
export type { Door } from './door.ts'
export { OPERATIONS_ERRORS } from './errors.ts'
export { fileClaimsOf } from './export-operation.ts'
export { type EntryInput, entryInputs } from './import-fields.ts'
export { createMcpServer, type McpServerOptions } from './mcp-server.ts'
export type { Effect, OperationDefinition } from './operation.ts'
export {
  getOperation,
  type InputOf,
  isOperationName,
  listOperations,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
  type OutputOf,
  pathOf,
} from './operations.ts'
export { RemoteDoor, type RemoteDoorOptions } from './remote-door.ts'
export type { RuleInput } from './rule-fields.ts'
export { hostsOfMachine, ownHostName, type ThisMachine, thisMachine } from './this-machine.ts'
