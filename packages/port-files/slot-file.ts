import type { FileClaim } from './file-claim.ts'
import { formatJson, objectOf, parseObject } from './json-object.ts'
import { parseJson } from './json-text.ts'
import { childOf, type Located, textOf } from './located.ts'
import type { EntrySlot, EntrySlots } from './port-entry.ts'
import type { Reading } from './reading.ts'

const STATES = ['empty', 'deployed', 'active', 'grace'] as const

/**
 * A slot file, `slots/{project}-{environment}.json`: `{ "projectName", "environment", "activeSlot", "blue": { "state",
 * "port", "version", "deployedAt", "deployedBy" }, "green": { … } }`.
 */
export function readSlotFile(reading: Reading): void {
  const root = parseJson(reading.source.text, reading.faults)
  if (root === undefined) return
  const project = reading.project(childOf(root, 'projectName') ?? childOf(root, 'project'), root.at)
  const said = childOf(root, 'environment')
  const environment = reading.name(textOf(said) ?? reading.environment, said?.at ?? root.at, 'environment')
  const halves = (['blue', 'green'] as const).map((half) => readHalf(reading, childOf(root, half), half))
  if (project === undefined || environment === undefined) return
  const places = halves.flatMap(({ place }) => (place === undefined ? [] : [place]))
  const [blue, green] = halves.map(({ slot }) => slot)
  const need = { project, environment, kind: 'app', purpose: 'main', transport: 'tcp' } as const
  const slots: EntrySlots = { blue: blue ?? EMPTY, green: green ?? EMPTY }
  checkActive(reading, childOf(root, 'activeSlot'), slots)
  reading.add({ ...need, shape: 'pair', authority: 'written', places, slots })
  if (places.length === 0) reading.faults.add(root.at, 'Expected "blue" or "green" with a "port".')
}

const SLOT_FACTS: readonly string[] = ['name', 'state', 'port', 'version', 'deployedAt', 'deployedBy']
const EMPTY: EntrySlot = Object.freeze({ state: 'empty' })

function readHalf(reading: Reading, half: Located | undefined, part: 'blue' | 'green') {
  if (half === undefined || (half.kind === 'scalar' && half.value === null)) return { place: undefined, slot: EMPTY }
  const port = childOf(half, 'port')
  const isPortless = port === undefined || (port.kind === 'scalar' && port.value === null)
  const place = isPortless ? undefined : reading.port(port, part, `${part}.port`)
  return { place, slot: readSlot(reading, half) }
}

function readSlot(reading: Reading, half: Located): EntrySlot {
  const node = childOf(half, 'state')
  const text = textOf(node) ?? 'empty'
  const state = STATES.find((each) => each === text)
  if (state === undefined) {
    reading.faults.add(node?.at ?? half.at, `"${text.slice(0, 60)}" is no state. Expected one of ${STATES.join(', ')}.`)
  }
  if (state === undefined || state === 'empty') return EMPTY
  const facts: Record<string, string> = {}
  for (const name of ['version', 'deployedBy', 'deployedAt'] as const) {
    const fact = textOf(childOf(half, name))
    if (fact !== undefined) facts[name] = fact
  }
  return { state, ...facts }
}

function checkActive(reading: Reading, node: Located | undefined, slots: EntrySlots): void {
  const text = textOf(node)
  if (node === undefined || text === undefined) return
  if (text !== 'blue' && text !== 'green') {
    reading.faults.add(node.at, `"${text.slice(0, 60)}" is no half of a pair. Expected "blue" or "green".`)
    return
  }
  if (slots[text].state === 'active') return
  reading.remark(node.at, `"activeSlot" is ${text}, whose state is "${slots[text].state}".`)
}

/**
 * The file of one pair, with what runs in its halves; what else it says stays.
 * @param text the file as it is; undefined for a new one
 */
export function writeSlotFile(text: string | undefined, claim: FileClaim, lastUpdated: Date): string {
  const root = parseObject(text)
  const slots = claim.slots ?? { blue: EMPTY, green: EMPTY }
  const active = (['blue', 'green'] as const).find((half) => slots[half].state === 'active')
  const half = (name: 'blue' | 'green', port: number) => {
    const rest = Object.entries(objectOf(root[name])).filter(([key]) => !SLOT_FACTS.includes(key))
    return { ...Object.fromEntries(rest), name, port, ...slots[name] }
  }
  return formatJson({
    ...root,
    projectName: claim.project,
    environment: claim.environment,
    activeSlot: active ?? null,
    blue: half('blue', claim.range.first),
    green: half('green', claim.range.last),
    lastUpdated: lastUpdated.toISOString(),
  })
}
