import { formatPortRange } from '@portolan/ports'
import type { AllocateResult } from '@portolan/registry'
import Type from 'typebox'
import { CLAIM_SCHEMA, claimAnswer } from './claim-answer.ts'
import { answerOf, FIELDS, SUCCESS } from './fields.ts'

const SKIP_SCHEMA = Type.Object(
  {
    ports: FIELDS.ports,
    candidateCount: Type.Integer(),
    reason: Type.String({ description: 'Such as `claimed`, `seen`, `quarantined`, `blocked`, `browser-refused`.' }),
    because: Type.Array(Type.String(), { description: 'Who or what it was: the first few.' }),
  },
  { title: 'Skip', description: 'Candidates in a row that were passed over for one reason.' },
)

/** Ports that somebody got, flat, as seed 003's scripts read them: `.success`, `.blue`, `.green`. */
export const PORTS_ANSWER = answerOf({
  blue: Type.Optional(Type.Integer({ description: 'The even port of a pair.' })),
  green: Type.Optional(Type.Integer({ description: 'The odd port of a pair.' })),
  port: Type.Integer({ description: 'The first port.' }),
  ports: FIELDS.ports,
  host: Type.String(),
  token: Type.Integer({ description: 'To be shown with every change; only grows.' }),
  isNew: Type.Boolean({ description: 'False when the project had them already.' }),
  claim: CLAIM_SCHEMA,
  skips: Type.Optional(Type.Array(SKIP_SCHEMA)),
})

export function portsAnswer({ claim, isNew, skips }: AllocateResult) {
  const { range, host, token, shape } = claim
  return {
    ...SUCCESS,
    ...(shape === 'pair' ? { blue: range.first, green: range.last } : {}),
    port: range.first,
    ports: formatPortRange(range),
    host,
    token,
    isNew,
    claim: claimAnswer(claim),
    ...(skips === undefined ? {} : { skips: skips.map(skipAnswer) }),
  }
}

function skipAnswer({ range, candidateCount, reason, because }: NonNullable<AllocateResult['skips']>[number]) {
  return { ports: formatPortRange(range), candidateCount, reason, because: [...because] }
}
