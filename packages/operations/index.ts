export { type Caller, coversProject, hasRole, ownerOf, ROLES, type Role } from './caller.ts'
export { OPERATION_CATALOGUES } from './catalogues.ts'
export type { ClaimAnswer, HolderAnswer } from './claim-answer.ts'
export type { Door } from './door.ts'
export { OPERATIONS_ERRORS } from './errors.ts'
export { fileClaimsOf } from './export-operation.ts'
export { type EntryInput, entryInputs } from './import-fields.ts'
export type { ApiKey, ApiKeyDraft, KeyBook } from './key-book.ts'
export { LocalDoor, type LocalDoorOptions } from './local-door.ts'
export { createMcpServer, type McpServerOptions } from './mcp-server.ts'
export type { Effect, OperationContext, OperationDefinition, OperationDraft } from './operation.ts'
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
