import type { FileClaim } from './file-claim.ts'
import { formatJson, objectOf, parseObject } from './json-object.ts'
import { parseJson } from './json-text.ts'
import { childOf } from './located.ts'
import { listPorts, readPortList } from './port-list.ts'
import type { Reading } from './reading.ts'

/** `ssot.json`: `{ "ports": { "used": [4100, 4101] } }`. It says that ports are used, and not by whom. */
export function readSsot(reading: Reading): void {
  const root = parseJson(reading.source.text, reading.faults)
  if (root === undefined) return
  const used = childOf(childOf(root, 'ports'), 'used')
  if (used === undefined) {
    reading.faults.add(root.at, 'Expected "ports" with "used", a list of ports.')
    return
  }
  readPortList(reading, used, 'used')
}

/**
 * The file with the ports of these claims as the used ones; what else it says stays.
 * @param text the file as it is; undefined for a new one
 */
export function writeSsot(text: string | undefined, claims: readonly FileClaim[]): string {
  const root = parseObject(text)
  return formatJson({ ...root, ports: { ...objectOf(root.ports), used: listPorts(claims) } })
}
