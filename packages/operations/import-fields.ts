import type { Authority, EntrySlot, EntrySlots, Part, Place, PortEntry } from '@portolan/port-files'
import { formatPortRange, parsePortRange } from '@portolan/ports'
import Type, { type Static } from 'typebox'
import { FIELDS, MOMENT } from './fields.ts'

// Written once more, so that who only asks a registry elsewhere reads no files for it.
const AUTHORITIES = ['running', 'central', 'written'] as const satisfies readonly Authority[]
export const ENTRY_SHAPES = ['pair', 'single', 'range'] as const satisfies readonly PortEntry['shape'][]
const PARTS = ['blue', 'green', 'port', 'range'] as const satisfies readonly Part[]

const PLACE_SCHEMA = Type.Object(
  {
    file: Type.String({ description: 'The file, as people know it.' }),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
    part: Type.Enum(PARTS, { description: 'What of the need the number is.' }),
    ports: FIELDS.ports,
    says: Type.String({ description: 'What it says there, such as `BLUE_PORT`.' }),
  },
  { additionalProperties: false, title: 'Place', description: 'One number, and where it stands.' },
)
const SLOT_INPUT = Type.Object(
  {
    state: Type.Enum(['empty', 'deployed', 'active', 'grace']),
    version: Type.Optional(Type.String()),
    deployedBy: Type.Optional(Type.String()),
    deployedAt: Type.Optional(MOMENT),
  },
  { additionalProperties: false },
)
export const SLOTS_SCHEMA = Type.Object(
  { blue: SLOT_INPUT, green: SLOT_INPUT },
  { additionalProperties: false, title: 'FileSlots', description: 'What a slot file says runs in the halves.' },
)

/** What `readPortFiles` of packages/port-files finds, as it is sent. */
export const ENTRY_SCHEMA = Type.Object(
  {
    project: FIELDS.project,
    environment: FIELDS.environment,
    kind: Type.String({ description: 'Such as `app`, `db`, `redis`.' }),
    purpose: Type.String({ description: '`main` unless there are several.' }),
    transport: FIELDS.transport,
    shape: Type.Enum(ENTRY_SHAPES, { description: 'What it wishes for.' }),
    authority: Type.Enum(AUTHORITIES, {
      description: 'What runs weighs more than the central file, that more than others.',
    }),
    places: Type.Array(PLACE_SCHEMA, { minItems: 1, maxItems: 100 }),
    slots: Type.Optional(SLOTS_SCHEMA),
  },
  { additionalProperties: false, title: 'PortEntry', description: "One source's word about the ports of one need." },
)
export type EntryInput = Static<typeof ENTRY_SCHEMA>

/** Entries as `port_import` takes them: the ports as text. */
export function entryInputs(entries: readonly PortEntry[]): EntryInput[] {
  return entries.map(({ places, slots, ...entry }) => ({
    ...entry,
    places: places.map((place) => ({ ...place, ports: formatPortRange(place.ports) })),
    ...(slots === undefined ? {} : { slots: { ...slots } }),
  }))
}

/** @throws PORTS_RANGE_INVALID */
export function entryOf({ places, slots, ...entry }: EntryInput): PortEntry {
  return {
    ...entry,
    places: places.map(placeOf),
    ...(slots === undefined ? {} : { slots: slotsOf(slots) }),
  }
}

function placeOf({ ports, ...place }: Static<typeof PLACE_SCHEMA>): Place {
  return { ...place, ports: parsePortRange(ports) }
}

export function slotsOf({ blue, green }: Static<typeof SLOTS_SCHEMA>): EntrySlots {
  return { blue: slotOf(blue), green: slotOf(green) }
}

function slotOf(slot: Static<typeof SLOT_INPUT>): EntrySlot {
  return slot
}
