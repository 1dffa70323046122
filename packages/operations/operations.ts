import type { Static } from 'typebox'
import { bandDeclare, bandList } from './band-operations.ts'
import { portRelease, portRenew, portTakeOver } from './claim-operations.ts'
import { operationUnknown } from './errors.ts'
import { portExport } from './export-operation.ts'
import { hostDeclare, hostList, hostRemove } from './host-operations.ts'
import { portImport } from './import-operation.ts'
import { keyCreate, keyList, keyRevoke } from './key-operations.ts'
import type { OperationContext, OperationDefinition } from './operation.ts'
import { portAllocate, portGet, portRegister } from './port-operations.ts'
import { portCheck, portHistory, portList } from './port-query-operations.ts'
import {
  slotClear,
  slotDeploy,
  slotExpire,
  slotList,
  slotPromote,
  slotRetire,
  slotRollback,
} from './slot-operations.ts'
import { portSync } from './sync-operation.ts'

/** Every operation, once. A door that serves one serves all of them. */
export const OPERATIONS = Object.freeze({
  port_get: portGet,
  port_allocate: portAllocate,
  port_register: portRegister,
  port_check: portCheck,
  port_list: portList,
  port_release: portRelease,
  port_renew: portRenew,
  port_take_over: portTakeOver,
  port_history: portHistory,
  port_sync: portSync,
  port_import: portImport,
  port_export: portExport,
  slot_list: slotList,
  slot_deploy: slotDeploy,
  slot_promote: slotPromote,
  slot_rollback: slotRollback,
  slot_retire: slotRetire,
  slot_expire: slotExpire,
  slot_clear: slotClear,
  host_list: hostList,
  host_declare: hostDeclare,
  host_remove: hostRemove,
  band_list: bandList,
  band_declare: bandDeclare,
  key_create: keyCreate,
  key_list: keyList,
  key_revoke: keyRevoke,
})

export type OperationName = keyof typeof OPERATIONS
type Inputs = { [Name in OperationName]: Static<(typeof OPERATIONS)[Name]['input']> }
type Outputs = { [Name in OperationName]: Static<(typeof OPERATIONS)[Name]['output']> }
export type InputOf<Name extends OperationName> = Inputs[Name]
export type OutputOf<Name extends OperationName> = Outputs[Name]

/** The same operations by a type that keeps input and output together for a name that is not known before. */
export type OperationsByName = {
  readonly [Name in OperationName]: Pick<OperationDefinition, 'role'> & {
    projectOf?(input: InputOf<Name>): string | undefined
    parseInput(value: unknown): InputOf<Name>
    parseAnswer(value: unknown): OutputOf<Name>
    run(input: InputOf<Name>, context: OperationContext): Promise<OutputOf<Name>>
  }
}

export const OPERATION_NAMES: readonly OperationName[] = Object.keys(OPERATIONS).filter(isOperationName)

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}

/** @throws OPERATIONS_UNKNOWN */
export function getOperation(name: string): OperationDefinition {
  if (!isOperationName(name)) throw operationUnknown(name)
  return OPERATIONS[name]
}

export function listOperations(): readonly OperationDefinition[] {
  return Object.values(OPERATIONS)
}

/** `port_take_over` → `/api/port/take-over` */
export function pathOf(name: string): string {
  const [group = '', ...words] = name.split('_')
  return `/api/${group}/${words.join('-')}`
}
