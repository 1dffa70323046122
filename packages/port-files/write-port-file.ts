import { formatPortRange } from '@portolan/ports'
import { writeCentralPorts } from './central-ports.ts'
import { exportFailed, filesInvalid } from './errors.ts'
import type { FileClaim } from './file-claim.ts'
import { type Need, needText, portsOfPlace } from './port-entry.ts'
import { formatOf, type PortFile, type PortFileFormat, readFile } from './port-file.ts'
import { addProjectPorts, formatProjectPorts } from './project-ports.ts'
import type { ReadEntry, Reading } from './reading.ts'
import { writeSlotFile } from './slot-file.ts'
import { writeSsot } from './ssot.ts'

export interface WriteOptions {
  /** The claims of the host that the file speaks of. */
  readonly claims: readonly FileClaim[]
  /** What `lastUpdated` becomes. */
  readonly now: Date
}

/** What a file has become, and what of it could not follow. */
export interface WrittenFile {
  readonly text: string
  /** Needs in the file that nobody claims: their numbers were left as they are. */
  readonly unclaimed: readonly Need[]
}

/**
 * Writes claims back into a file that was read. The central file and ssot.json then say exactly the claims of the host; in
 * a project's file the numbers change, and what is missing is added; in a workflow or a compose file only the numbers
 * change, and comments and the rest stay as they are. What was written is read again and compared before it is given back.
 * @throws PORT_FILES_INVALID, PORT_FILES_FORMAT_UNKNOWN, PORT_FILES_EXPORT_FAILED
 */
export function writePortFile(file: PortFile, options: WriteOptions): WrittenFile {
  const reading = readFile(file)
  if (reading.faults.all.length > 0) throw filesInvalid(reading.faults.all)
  const format = formatOf(file)
  const claims = claimsOf(format, reading, options.claims)
  const byNeed = new Map(claims.map((claim) => [needText(claim), claim]))
  const text = writtenText(format, { reading, claims, byNeed, now: options.now })
  const again = readFile({ ...file, text })
  for (const entry of again.entries) {
    const claim = byNeed.get(needText(entry))
    if (claim !== undefined && !agrees(entry, claim)) throw exportFailed(file.file, needText(entry))
  }
  const unclaimed = again.entries.filter((entry) => !byNeed.has(needText(entry)))
  return { text, unclaimed: unclaimed.map(needOf) }
}

/** A new file of claims. @throws PORT_FILES_EXPORT_FAILED for a workflow or compose file, which is more than its ports */
export function newPortFile(format: PortFileFormat, options: WriteOptions): string {
  const { claims, now } = options
  const [first] = claims
  switch (format) {
    case 'central-ports':
      return writeCentralPorts(undefined, claims, now)
    case 'ssot':
      return writeSsot(undefined, claims)
    case 'project-ports':
      if (first === undefined) throw exportFailed(format, 'a project without claims')
      return formatProjectPorts(
        first.project,
        claims.filter(({ project }) => project === first.project),
      )
    case 'slots':
      if (first === undefined) throw exportFailed(format, 'no claim')
      return writeSlotFile(undefined, first, now)
    default:
      throw exportFailed(format, 'a file that is not there: its numbers are replaced in an existing one')
  }
}

function claimsOf(
  format: PortFileFormat,
  { entries, source }: Reading,
  claims: readonly FileClaim[],
): readonly FileClaim[] {
  if (format !== 'project-ports') return claims
  const project = entries[0]?.project ?? source.project
  return claims.filter((claim) => claim.project === project)
}

interface ToWrite {
  readonly reading: Reading
  readonly claims: readonly FileClaim[]
  readonly byNeed: ReadonlyMap<string, FileClaim>
  readonly now: Date
}

function writtenText(format: PortFileFormat, { reading, claims, byNeed, now }: ToWrite): string {
  const { text } = reading.source
  const [entry] = reading.entries
  if (format === 'central-ports') return writeCentralPorts(text, claims, now)
  if (format === 'ssot') return writeSsot(text, claims)
  if (format === 'project-ports') {
    const known = new Set(reading.entries.map(needText))
    const missing = claims.filter((claim) => !known.has(needText(claim)))
    // What the project needs on another host stays in its file: nobody here can say that it is gone.
    const numbered = replaceNumbers(reading, byNeed)
    return missing.length === 0 ? numbered : addProjectPorts(numbered, missing)
  }
  if (format !== 'slots') return replaceNumbers(reading, byNeed)
  const claim = entry === undefined ? undefined : byNeed.get(needText(entry))
  return claim === undefined ? text : writeSlotFile(text, claim, now)
}

/** From the end of the text to its beginning, so that the places before stay where they are. */
function replaceNumbers({ source, entries }: Reading, byNeed: ReadonlyMap<string, FileClaim>): string {
  const changes = entries.flatMap((entry) => {
    const claim = byNeed.get(needText(entry))
    return claim === undefined
      ? []
      : entry.places.map((place) => ({ spot: place.spot, ports: portsOfPlace(place, claim.range) }))
  })
  let text = source.text
  for (const { spot, ports } of changes.toSorted((a, b) => b.spot.start - a.spot.start)) {
    text = text.slice(0, spot.start) + formatPortRange(ports) + text.slice(spot.end)
  }
  return text
}

function agrees({ places }: ReadEntry, { range }: FileClaim): boolean {
  return places.every((place) => formatPortRange(place.ports) === formatPortRange(portsOfPlace(place, range)))
}

function needOf({ project, environment, kind, purpose, transport }: Need): Need {
  return { project, environment, kind, purpose, transport }
}
