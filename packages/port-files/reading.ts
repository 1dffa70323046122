import { isPortNumber, type PortRange, parsePortRange } from '@portolan/ports'
import { FaultList, type Spot } from './file-fault.ts'
import type { Located } from './located.ts'
import type { Part, Place, PortEntry, Remark, ReservedPort } from './port-entry.ts'

/** A file to read, and what is known of it from where it lies. */
export interface PortSource {
  /** As it is shown to people. */
  readonly file: string
  readonly text: string
  /** Whose file it is, where it does not say so itself. */
  readonly project?: string
  /** For which environment, where it does not say so itself; `production` unless given. */
  readonly environment?: string
}

/** A place that can be written to as well. */
export interface ReadPlace extends Place {
  readonly line: number
  readonly column: number
  /** The characters of the number, without quotes. */
  readonly spot: Spot
}

export interface ReadEntry extends PortEntry {
  readonly places: readonly ReadPlace[]
}

/** As the registry wants names: they read the same in a URL, a label and a file name. */
const NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,98}[a-z0-9])?$/
const NAME_WORDS = '1–100 small letters, digits and . _ / -, not beginning or ending with those signs'

/** What one file says, while it is read. */
export class Reading {
  readonly source: PortSource
  readonly faults: FaultList
  readonly entries: ReadEntry[] = []
  readonly reserved: ReservedPort[] = []
  readonly remarks: Remark[] = []

  constructor(source: PortSource) {
    this.source = source
    this.faults = new FaultList(source.file)
  }

  get environment(): string {
    return this.source.environment ?? 'production'
  }

  add(entry: ReadEntry): void {
    if (entry.places.length > 0) this.entries.push(entry)
  }

  remark({ line, column }: Spot, message: string): void {
    this.remarks.push({ file: this.source.file, line, column, message })
  }

  /** A name that the registry takes; what is none is a fault. */
  name(text: string | undefined, at: Spot, what: string): string | undefined {
    if (text !== undefined && NAME.test(text)) return text
    const said = text === undefined ? `The ${what} is missing here` : `"${text.slice(0, 120)}" is no ${what}`
    this.faults.add(at, `${said}. Expected ${NAME_WORDS}.`)
    return undefined
  }

  /** The project that the file names, or whose file it is. A name that is computed (`${NAME}`) says nothing here. */
  project(node: Located | undefined, at: Spot): string | undefined {
    const said = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
    if (node === undefined || said?.includes('$') === true) return this.name(this.source.project, at, 'project')
    return this.name(said, node.at, 'project')
  }

  /** One port, as a number or as text of digits; what is none is a fault. */
  port(node: Located | undefined, part: Part, says: string): ReadPlace | undefined {
    if (node === undefined) return undefined
    const value = node.kind === 'scalar' ? node.value : undefined
    const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
    if (typeof port === 'number' && isPortNumber(port))
      return this.place(node.at, { part, ports: { first: port, last: port }, says })
    this.faults.add(node.at, `"${says}" is no port. Expected a whole number from 1 to 65535.`)
    return undefined
  }

  /** A range such as `50000-50020`; what is none is a fault. */
  range(node: Located, says: string): ReadPlace | undefined {
    const ports = node.kind === 'scalar' && typeof node.value === 'string' ? rangeIn(node.value) : undefined
    if (ports !== undefined) return this.place(node.at, { part: 'range', ports, says })
    this.faults.add(node.at, `"${says}" is no range of ports. Expected text such as "50000-50020".`)
    return undefined
  }

  /** @param at the number as it is written, also in quotes */
  place(at: Spot, what: Pick<Place, 'part' | 'ports' | 'says'>): ReadPlace {
    const written = this.source.text.slice(at.start, at.end)
    const digits = /\d[\d-]*/.exec(written)
    const offset = digits?.index ?? 0
    const length = digits?.[0].length ?? written.length
    const spot = { ...at, start: at.start + offset, end: at.start + offset + length, column: at.column + offset }
    return { file: this.source.file, line: at.line, column: spot.column, ...what, spot }
  }

  reserve(place: ReadPlace): void {
    this.reserved.push({ port: place.ports.first, place: shownPlace(place) })
  }
}

/** Without what only a writer needs. */
export function shownPlace({ file, line, column, part, ports, says }: ReadPlace): Place {
  return { file, line, column, part, ports, says }
}

function rangeIn(text: string): PortRange | undefined {
  try {
    return parsePortRange(text)
  } catch {
    return undefined // the caller says what is wrong, and where
  }
}
