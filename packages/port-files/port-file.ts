import { readCentralPorts } from './central-ports.ts'
import { readCompose } from './compose.ts'
import { filesInvalid, formatUnknown } from './errors.ts'
import type { FileFault } from './file-fault.ts'
import { type Inventory, joinInventories } from './port-entry.ts'
import { readProjectPorts } from './project-ports.ts'
import { type PortSource, Reading, shownPlace } from './reading.ts'
import { readSlotFile } from './slot-file.ts'
import { readSsot } from './ssot.ts'
import { readWorkflow } from './workflow.ts'

export const PORT_FILE_FORMATS = ['project-ports', 'central-ports', 'ssot', 'slots', 'workflow', 'compose'] as const
export type PortFileFormat = (typeof PORT_FILE_FORMATS)[number]

/** A file to read. Its format, project and environment follow from its path where they are not given. */
export interface PortFile extends PortSource {
  readonly format?: PortFileFormat
}

const READERS: Readonly<Record<PortFileFormat, (reading: Reading) => void>> = {
  'project-ports': readProjectPorts,
  'central-ports': readCentralPorts,
  ssot: readSsot,
  slots: readSlotFile,
  workflow: readWorkflow,
  compose: readCompose,
}

/**
 * What files say of ports, all together.
 * @throws PORT_FILES_INVALID with every fault of every file; PORT_FILES_FORMAT_UNKNOWN
 */
export function readPortFiles(files: readonly PortFile[]): Inventory {
  const readings = files.map(readFile)
  const faults: FileFault[] = readings.flatMap((reading) => reading.faults.all)
  if (faults.length > 0) throw filesInvalid(faults)
  return joinInventories(readings.map(inventoryOf))
}

/** The same for one file. */
export function readPortFile(file: PortFile): Inventory {
  return readPortFiles([file])
}

/** Reads without judging: the faults are in what comes back. @throws PORT_FILES_FORMAT_UNKNOWN */
export function readFile(file: PortFile): Reading {
  const format = formatOf(file)
  const reading = new Reading({ ...originOf(file.file), ...file })
  READERS[format](reading)
  return reading
}

/** As it is said, or as path and text tell. @throws PORT_FILES_FORMAT_UNKNOWN */
export function formatOf({ file, format, text }: PortFile): PortFileFormat {
  const found = format ?? originOf(file).format ?? formatOfText(text)
  if (found === undefined) throw formatUnknown(file, PORT_FILE_FORMATS)
  return found
}

function inventoryOf({ entries, reserved, remarks }: Reading): Inventory {
  const shown = entries.map((entry) => ({ ...entry, places: entry.places.map(shownPlace) }))
  return { entries: shown, reserved, remarks }
}

/** What a file is, as far as its path tells. */
export interface PortFileOrigin {
  readonly format?: PortFileFormat
  readonly project?: string
  readonly environment?: string
}

const NAME = '[a-z0-9][a-z0-9._-]*?'
const ORIGINS: readonly (readonly [format: PortFileFormat, path: RegExp])[] = [
  ['project-ports', new RegExp(`(?:^|/)(?:(?<project>${NAME})/)?\\.codeb/ports\\.json$`)],
  [
    'slots',
    new RegExp(`(?:^|/)slots/(?<project>${NAME})-(?<environment>staging|production|preview|development)\\.json$`),
  ],
  ['slots', /(?:^|\/)slots\/[^/]+\.json$/],
  ['ssot', /(?:^|\/)ssot\.json$/],
  ['central-ports', /(?:^|\/)ports\.json$/],
  ['workflow', new RegExp(`(?:^|/)(?:(?<project>${NAME})/)?\\.github/workflows/[^/]+\\.ya?ml$`)],
  [
    'compose',
    new RegExp(`(?:^|/)(?:(?<project>${NAME})/)?(?:docker-)?compose(?:\\.(?<environment>[a-z0-9_-]+))?\\.ya?ml$`),
  ],
]
const LONG_NAMES: Readonly<Record<string, string>> = { prod: 'production', stage: 'staging', dev: 'development' }

/** `worb/.codeb/ports.json` is project worb's; `slots/worb-production.json` worb's in production. */
export function originOf(file: string): PortFileOrigin {
  const path = file.replaceAll('\\', '/')
  for (const [format, pattern] of ORIGINS) {
    const match = pattern.exec(path)
    if (match === null) continue
    const { project, environment } = match.groups ?? {}
    return {
      format,
      ...(project === undefined ? {} : { project }),
      ...(environment === undefined ? {} : { environment: LONG_NAMES[environment] ?? environment }),
    }
  }
  return {}
}

/** By what stands at the top of the file, where its name says nothing. */
function formatOfText(text: string): PortFileFormat | undefined {
  if (/^\s*\{/.test(text)) {
    if (/"projects"\s*:/.test(text)) return 'central-ports'
    if (/"used"\s*:\s*\[/.test(text)) return 'ssot'
    if (/"(?:activeSlot|projectName)"\s*:/.test(text)) return 'slots'
    return /"(?:blue|port)"\s*:/.test(text) ? 'project-ports' : undefined
  }
  if (/^jobs\s*:/m.test(text)) return 'workflow'
  return /^services\s*:/m.test(text) ? 'compose' : undefined
}
