export { PORT_FILES_ERRORS } from './errors.ts'
export type { FileClaim } from './file-claim.ts'
export type { FileFault } from './file-fault.ts'
export type { PlanBand } from './free-ports.ts'
export {
  type Collision,
  findCollisions,
  type HeldPorts,
  type MovePlan,
  type MovePlanOptions,
  type OccupiedPort,
  type PlaceChange,
  type PlannedNeed,
  planMoves,
} from './move-plan.ts'
export { formatMovePlan } from './plan-text.ts'
export {
  AUTHORITIES,
  type Authority,
  describeNeed,
  ENTRY_SHAPES,
  type EntryShape,
  type EntrySlot,
  type EntrySlots,
  type Inventory,
  joinInventories,
  type Need,
  needText,
  PARTS,
  type Part,
  type Place,
  type PortEntry,
  type Remark,
  type ReservedPort,
} from './port-entry.ts'
export {
  formatOf,
  originOf,
  PORT_FILE_FORMATS,
  type PortFile,
  type PortFileFormat,
  type PortFileOrigin,
  readPortFile,
  readPortFiles,
} from './port-file.ts'
export { newPortFile, type WriteOptions, type WrittenFile, writePortFile } from './write-port-file.ts'
