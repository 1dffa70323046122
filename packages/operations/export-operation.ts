import type { FileClaim } from '@portolan/port-files'
import { formatPortRange, parsePortRange } from '@portolan/ports'
import type { LiveClaim, Slot } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { coversAll } from './caller.ts'
import { chosenHost } from './chosen-host.ts'
import { projectRefused } from './errors.ts'
import { listEveryClaim } from './every-claim.ts'
import { answerOf, FIELDS, inputOf, SUCCESS } from './fields.ts'
import { ENTRY_SHAPES, SLOTS_SCHEMA, slotsOf } from './import-fields.ts'
import { defineOperation } from './operation.ts'

const FILE_CLAIM_SCHEMA = Type.Object(
  {
    project: Type.String(),
    environment: Type.String(),
    kind: Type.String(),
    purpose: Type.String(),
    transport: FIELDS.transport,
    shape: Type.Enum(ENTRY_SHAPES),
    ports: FIELDS.ports,
    slots: Type.Optional(SLOTS_SCHEMA),
  },
  { title: 'FileClaim', description: 'A claim as it is written into files.' },
)
const FILE_SCHEMA = Type.Object(
  {
    format: Type.Enum(['central-ports', 'ssot', 'project-ports', 'slots']),
    file: Type.String({ description: 'Its usual name, such as `slots/worb-production.json`.' }),
    text: Type.String(),
  },
  { title: 'PortFile', description: 'A new file of these claims.' },
)
export type ExportedFile = Static<typeof FILE_SCHEMA>

export const portExport = defineOperation({
  name: 'port_export',
  title: 'Export ports',
  summary: 'The claims of a host, and the files in which others expect them: central, per project, slots.',
  input: inputOf({
    host: Type.Optional(FIELDS.host),
    project: Type.Optional(Type.String({ description: 'Only this project; needed by a key that is not for all.' })),
  }),
  output: answerOf({
    host: Type.String(),
    claims: Type.Array(FILE_CLAIM_SCHEMA, { description: 'To be written into files that are there already.' }),
    files: Type.Array(FILE_SCHEMA, { description: 'The same as new files; of one project only its own.' }),
  }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: ['REGISTRY_HOST_MISSING', 'OPERATIONS_PROJECT_REFUSED'],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { project } = input
    // A central file with the caller's claims alone would read as if the others' ports were free.
    if (project === undefined && !coversAll(context.caller)) throw projectRefused(context.caller, 'all projects')
    const host = await chosenHost(input, context)
    const filter = { host, ...(project === undefined ? {} : { project }) }
    const claims = (await listEveryClaim(filter, context)).map(fileClaimOf)
    // Loaded when it is needed: who only asks a registry elsewhere writes no files.
    const { exportedFiles } = await import('./exported-files.ts')
    const files = exportedFiles(claims, context.now())
    const own =
      project === undefined ? files : files.filter(({ format }) => format === 'project-ports' || format === 'slots')
    return { ...SUCCESS, host, claims: claims.map(fileClaimAnswer), files: own }
  },
})

function fileClaimOf(claim: LiveClaim): FileClaim {
  const { project, environment, kind, purpose, transport, shape, range, slots } = claim
  const facts = { project, environment, kind, purpose, transport, shape, range }
  return shape === 'pair' ? { ...facts, slots: { blue: slotOf(slots.blue), green: slotOf(slots.green) } } : facts
}

function slotOf(slot: Slot) {
  if (slot.state === 'empty') return { state: slot.state }
  const { state, version, deployedBy, deployedAt } = slot
  return { state, version, deployedBy, deployedAt: deployedAt.toISOString() }
}

function fileClaimAnswer({ range, slots, ...facts }: FileClaim): Static<typeof FILE_CLAIM_SCHEMA> {
  return { ...facts, ports: formatPortRange(range), ...(slots === undefined ? {} : { slots: { ...slots } }) }
}

/** The claims of an answer, for `writePortFile` of packages/port-files. */
export function fileClaimsOf(claims: readonly Static<typeof FILE_CLAIM_SCHEMA>[]): FileClaim[] {
  return claims.map(({ ports, slots, ...facts }) => {
    return { ...facts, range: parsePortRange(ports), ...(slots === undefined ? {} : { slots: slotsOf(slots) }) }
  })
}
