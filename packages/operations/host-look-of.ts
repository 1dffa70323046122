import { type HostObservation, observeHost } from '@portolan/observe'
import { type AdoptionRule, type HostLook, lookAtHost } from '@portolan/reconcile'
import { hostMissing } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { listEveryClaim } from './every-claim.ts'
import type { OperationContext } from './operation.ts'

export const RULE_SCHEMA = Type.Object(
  {
    container: Type.Optional(Type.String({ description: "The container's name; `*` is any text." })),
    image: Type.Optional(Type.String({ description: 'Its image.' })),
    command: Type.Optional(Type.String({ description: "The program's short name." })),
    ports: Type.Optional(Type.String({ description: 'One port, or first and last.' })),
    project: Type.String({ description: 'Whose it is; `$1` is what the first `*` stood for.' }),
    environment: Type.String({ description: 'Such as `production`.' }),
    kind: Type.Optional(Type.String({ description: 'Such as `app`; that of its band unless given.' })),
    purpose: Type.Optional(Type.String({ description: '`main` unless given.' })),
    shape: Type.Optional(Type.Enum(['pair', 'single'])),
  },
  {
    additionalProperties: false,
    title: 'AdoptionRule',
    description: 'Whose something is that carries no labels: every pattern that is given has to fit.',
  },
)
export type RuleInput = Static<typeof RULE_SCHEMA>

export const RULES_FIELD = Type.Array(RULE_SCHEMA, {
  maxItems: 200,
  description: 'Whose what runs is, where its labels do not say it; the first that fits decides.',
})

export interface LookQuestion {
  readonly host: string
  readonly rules?: readonly AdoptionRule[]
  /** What was seen a moment ago; looked at anew unless given. */
  readonly observation?: HostObservation
}

/** A host's claims beside what is open on it now. @throws REGISTRY_HOST_MISSING, RECONCILE_RULE_INVALID */
export async function hostLookOf(question: LookQuestion, context: OperationContext): Promise<HostLook> {
  const { host, rules = [] } = question
  const { registry, observersOf, signal } = context
  if ((await registry.findHost(host, { signal })) === undefined) throw hostMissing(host)
  const observation = question.observation ?? (await observeHost(observersOf({ name: host }), { signal }))
  const bands = await registry.listBands({ signal })
  // Read after the look: what was claimed meanwhile is known, and what was released is only seen.
  const claims = await listEveryClaim({ host }, context)
  return lookAtHost({ host, claims, observation, bands, rules })
}
