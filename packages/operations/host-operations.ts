import { formatPortRange, parsePortRange } from '@portolan/ports'
import type { Host } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { authorshipOf } from './authorship.ts'
import { AUTHORED, answerOf, FIELDS, inputOf, MOMENT, SUCCESS } from './fields.ts'
import { defineOperation, type OperationContext } from './operation.ts'

const HOST_SCHEMA = Type.Object(
  {
    name: Type.String(),
    addresses: Type.Array(Type.String()),
    ephemeralRange: Type.Optional(FIELDS.ports),
    observers: Type.Array(Type.String(), { description: 'Who looks at it; nobody: claims alone count there.' }),
    createdAt: MOMENT,
  },
  { title: 'Host', description: 'A machine that ports live on.' },
)
const { reason, actor } = AUTHORED

function hostAnswer(host: Host, { observersOf }: OperationContext): Static<typeof HOST_SCHEMA> {
  const { name, addresses, ephemeralRange, createdAt } = host
  const observers = observersOf({ name }).map((observer) => observer.name)
  const range = ephemeralRange === undefined ? {} : { ephemeralRange: formatPortRange(ephemeralRange) }
  return { name, addresses: [...addresses], observers, createdAt: createdAt.toISOString(), ...range }
}

export const hostList = defineOperation({
  name: 'host_list',
  title: 'List hosts',
  summary: 'The machines that ports live on, and who looks at them.',
  input: inputOf({}),
  output: answerOf({ hosts: Type.Array(HOST_SCHEMA) }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: [],
  run: async (_input, context) => {
    const hosts = await context.registry.listHosts({ signal: context.signal })
    return { ...SUCCESS, hosts: hosts.map((host) => hostAnswer(host, context)) }
  },
})

export const hostDeclare = defineOperation({
  name: 'host_declare',
  title: 'Declare a host',
  summary: 'Registers a machine, or changes what is known of it; its claims stay.',
  input: inputOf({
    name: Type.String({ description: 'Such as `seoul-1`.' }),
    addresses: Type.Optional(Type.Array(Type.String(), { maxItems: 64, description: 'Such as `192.0.2.1`.' })),
    ephemeralRange: Type.Optional(
      Type.String({
        description: 'Its ports for outgoing connections, `32768-60999` unless said; `none` where it has none.',
      }),
    ),
    reason,
    actor,
  }),
  output: answerOf({ host: HOST_SCHEMA }),
  role: 'admin',
  effect: 'changes',
  isIdempotent: true,
  refusals: ['PORTS_RANGE_INVALID'],
  run: async (input, context) => {
    const { ephemeralRange: text, name, addresses } = input
    const range =
      text === undefined ? {} : { ephemeralRange: text === 'none' ? ('none' as const) : parsePortRange(text) }
    const known = addresses === undefined ? {} : { addresses }
    const draft = { name, ...known, ...range, ...authorshipOf(input, context.caller) }
    const host = await context.registry.declareHost(draft, { signal: context.signal })
    return { ...SUCCESS, host: hostAnswer(host, context) }
  },
})

export const hostRemove = defineOperation({
  name: 'host_remove',
  title: 'Remove a host',
  summary: 'Takes a machine off that holds no claims; its history stays.',
  input: inputOf({ host: Type.String({ description: 'Its name.' }), reason, actor }),
  output: answerOf({}),
  role: 'admin',
  effect: 'removes',
  isIdempotent: false,
  refusals: ['REGISTRY_HOST_MISSING', 'REGISTRY_HOST_IN_USE'],
  run: async (input, { registry, caller, signal }) => {
    await registry.removeHost({ host: input.host, ...authorshipOf(input, caller) }, { signal })
    return SUCCESS
  },
})
