import { formatPortRange, parsePortRange } from '@portolan/ports'
import type { Band } from '@portolan/registry'
import Type from 'typebox'
import { authorshipOf } from './authorship.ts'
import { AUTHORED, answerOf, FIELDS, inputOf, SUCCESS } from './fields.ts'
import { defineOperation } from './operation.ts'

const BAND_SCHEMA = Type.Object(
  { environment: FIELDS.environment, kind: Type.String({ description: 'Such as `app`, `db`.' }), ports: FIELDS.ports },
  { title: 'Band', description: 'Ports that are reserved for an environment and a kind, on every host.' },
)
const { reason, actor } = AUTHORED

function bandAnswer({ environment, kind, range }: Band) {
  return { environment, kind, ports: formatPortRange(range) }
}

export const bandList = defineOperation({
  name: 'band_list',
  title: 'List bands',
  summary: 'Which ports are reserved for which environment and kind.',
  input: inputOf({}),
  output: answerOf({ bands: Type.Array(BAND_SCHEMA) }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: [],
  run: async (_input, { registry, signal }) => ({
    ...SUCCESS,
    bands: (await registry.listBands({ signal })).map(bandAnswer),
  }),
})

export const bandDeclare = defineOperation({
  name: 'band_declare',
  title: 'Declare the bands',
  summary: 'These bands in place of all that there are; claims stay where they are.',
  input: inputOf({
    bands: Type.Array(BAND_SCHEMA, { minItems: 1, maxItems: 500, description: 'All of them.' }),
    reason,
    actor,
  }),
  output: answerOf({ bands: Type.Array(BAND_SCHEMA) }),
  role: 'admin',
  effect: 'changes',
  isIdempotent: true,
  refusals: ['REGISTRY_BANDS_INVALID', 'PORTS_RANGE_INVALID'],
  run: async (input, { registry, caller, signal }) => {
    const bands = input.bands.map(({ environment, kind, ports }) => ({
      environment,
      kind,
      range: parsePortRange(ports),
    }))
    await registry.declareBands({ bands, ...authorshipOf(input, caller) }, { signal })
    return { ...SUCCESS, bands: bands.map(bandAnswer) }
  },
})
