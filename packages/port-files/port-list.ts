import { rangeContains } from '@portolan/ports'
import type { FileClaim } from './file-claim.ts'
import type { Located } from './located.ts'
import { wishOf } from './port-entry.ts'
import type { Reading, ReadPlace } from './reading.ts'

/** Reads a list of ports that are used. Those that no entry of the file wishes for are used by nobody knows whom. */
export function readPortList(reading: Reading, list: Located | undefined, name: string): void {
  if (list === undefined) return
  if (list.kind !== 'list') {
    reading.faults.add(list.at, `Expected "${name}" as a list of ports.`)
    return
  }
  const wishes = reading.entries.map(wishOf).filter((wish) => wish !== undefined)
  const listed = new Set<number>()
  for (const item of list.items) {
    const place = reading.port(item, 'port', name)
    if (place === undefined) continue
    const port = place.ports.first
    if (listed.has(port)) reading.remark(item.at, `${port} is in "${name}" twice.`)
    listed.add(port)
    if (!wishes.some((wish) => rangeContains(wish, port))) reserve(reading, place, name)
  }
  remarkUnlisted(reading, listed, { name, list })
}

function reserve(reading: Reading, place: ReadPlace, name: string): void {
  reading.reserve(place)
  if (reading.entries.length === 0) return // a file that names nobody at all
  reading.remark(place.spot, `${place.ports.first} is in "${name}", and no project of the file has it.`)
}

interface Listed {
  readonly name: string
  readonly list: Located
}

function remarkUnlisted(reading: Reading, listed: ReadonlySet<number>, { name, list }: Listed): void {
  for (const { project, places } of reading.entries) {
    for (const { ports, part } of places) {
      if (part === 'range' || listed.has(ports.first)) continue
      reading.remark(list.at, `${ports.first} of "${project}" is missing in "${name}".`)
    }
  }
}

/** Every port of the claims once, ascending; only TCP, for a list of numbers cannot tell. */
export function listPorts(claims: readonly FileClaim[]): readonly number[] {
  const ports = new Set<number>()
  for (const { range, transport } of claims) {
    for (let port = range.first; transport === 'tcp' && port <= range.last; port += 1) ports.add(port)
  }
  return [...ports].toSorted((a, b) => a - b)
}
