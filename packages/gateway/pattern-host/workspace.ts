import { isSharing, SHARINGS, type Sharing } from './sharing.ts'

export const WORKSPACE_STATES = ['running', 'starting', 'stopped'] as const
export type WorkspaceState = (typeof WORKSPACE_STATES)[number]

/** What has to be known of a workspace before a request may go there. */
export interface Workspace {
  readonly name: string
  readonly state: WorkspaceState
  /** A host name or an address of its own; none is needed for a local one. */
  readonly address: string | undefined
  /** It runs on the gateway's own machine, so that loopback is where it is reached. */
  readonly isLocal: boolean
  /** The user id of whom it belongs to. */
  readonly owner: string | undefined
  /** User ids of those who work in it. */
  readonly members: readonly string[]
  /** The workspace of the user service whose members work in it. */
  readonly team: string | undefined
  /** For ports that say nothing of their own. */
  readonly sharing: Sharing | undefined
  readonly sharingByPort: ReadonlyMap<number, Sharing>
  /** Ports that belong together, such as a front end and its back end: pages of one may ask the other. */
  readonly siblings: readonly (readonly number[])[]
  /** Of a local one: ports of the stack's own services that it may show all the same. */
  readonly stackPorts: readonly number[]
}

/** The form of a workspace in JSON: `{ state, address, local, owner, members, team, sharing, ports, siblings, stackPorts }`. */
type Entries = Readonly<Record<string, unknown>>

/**
 * Reads a workspace from JSON; what is not known is left alone, so that a directory may say more.
 * @param faults told what is wrong, each with its place
 * @returns undefined with faults
 */
export function readWorkspace(name: string, value: unknown, faults: string[]): Workspace | undefined {
  const entries = entriesOf(value)
  const before = faults.length
  const expect = (isRight: boolean, what: string) => isRight || faults.push(what)
  const { state = 'running', address, local = false, owner, members = [], team, sharing, siblings = [] } = entries
  expect(isState(state), `state: expected one of ${WORKSPACE_STATES.join(', ')}`)
  expect(isAbsent(address) || isText(address), 'address: expected a host name or an address')
  expect(typeof local === 'boolean', 'local: expected true or false')
  expect(isAbsent(owner) || isText(owner), 'owner: expected the id of a user')
  expect(isTexts(members), 'members: expected a list of ids of users')
  expect(isAbsent(team) || isText(team), 'team: expected the id of a workspace of the user service')
  expect(isAbsent(sharing) || isSharing(sharing), `sharing: expected one of ${SHARINGS.join(', ')}`)
  expect(isGroups(siblings), 'siblings: expected lists of ports, such as [[5173, 8000]]')
  const { stackPorts = [] } = entries
  expect(isPorts(stackPorts), 'stackPorts: expected a list of ports, such as [3201]')
  const sharingByPort = readPorts(entries.ports, faults)
  if (faults.length > before) return undefined
  return Object.freeze({
    name,
    state: isState(state) ? state : 'stopped',
    address: isText(address) ? address : undefined,
    isLocal: local === true,
    owner: isText(owner) ? owner : undefined,
    members: isTexts(members) ? members : [],
    team: isText(team) ? team : undefined,
    sharing: isSharing(sharing) ? sharing : undefined,
    sharingByPort,
    siblings: isGroups(siblings) ? siblings : [],
    stackPorts: isPorts(stackPorts) ? stackPorts : [],
  })
}

/** The other ports that pages of `port` may ask, and whose pages may ask `port`. */
export function siblingsOf({ siblings }: Workspace, port: number): readonly number[] {
  const together = siblings.filter((group) => group.includes(port)).flat()
  return [...new Set(together)].filter((other) => other !== port)
}

function readPorts(value: unknown, faults: string[]): ReadonlyMap<number, Sharing> {
  const sharingByPort = new Map<number, Sharing>()
  for (const [port, said] of Object.entries(entriesOf(value ?? {}))) {
    const { sharing } = entriesOf(said)
    if (!isPort(Number(port))) faults.push(`ports.${port}: expected a port`)
    else if (isSharing(sharing)) sharingByPort.set(Number(port), sharing)
    else if (!isAbsent(sharing)) faults.push(`ports.${port}.sharing: expected one of ${SHARINGS.join(', ')}`)
  }
  return sharingByPort
}

function entriesOf(value: unknown): Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

function isState(value: unknown): value is WorkspaceState {
  return WORKSPACE_STATES.some((state) => state === value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 253
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isGroups(value: unknown): value is readonly (readonly number[])[] {
  return Array.isArray(value) && value.every(isPorts)
}

function isPorts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isPort)
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
}
