import { TRANSPORTS } from '@portolan/ports'
import { HALVES, SHAPES } from '@portolan/registry'
import Type, { type TProperties } from 'typebox'

const HIGHEST_MS = 366 * 24 * 3_600_000

/** What the database numbers; beyond it a number of JSON is not exact. */
export const NUMBER = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const

/** What many operations are told, each with one description wherever it stands. */
export const FIELDS = {
  project: Type.String({ description: 'Who holds the ports, such as `worb`.' }),
  environment: Type.String({ description: 'Such as `production`, `staging`, `preview`.' }),
  kind: Type.String({ default: 'app', description: 'What the ports are for: `app`, `db`, `redis`.' }),
  purpose: Type.String({
    default: 'main',
    description: 'Tells apart what a project needs several times of one kind.',
  }),
  transport: Type.Enum(TRANSPORTS, { default: 'tcp', description: '`tcp` or `udp`.' }),
  host: Type.String({ description: 'The machine; needed only where there are several.' }),
  ports: Type.String({ description: 'One port, or first and last: `4100`, `4100-4101`.' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'One port.' }),
  shape: Type.Enum(SHAPES, { description: '`pair` (even blue, odd green), `single`, or `range`.' }),
  half: Type.Enum(HALVES, { description: 'Blue is the even port, green the odd one.' }),
  labels: Type.Record(Type.String(), Type.String(), { maxProperties: 64, description: 'Free text by name.' }),
  claimId: Type.Integer({ ...NUMBER, description: 'The number of a claim, in place of project and environment.' }),
  token: Type.Integer({
    ...NUMBER,
    description: 'The token as it was given: a machine shows it, and loses to whoever took over since.',
  }),
  leaseMs: Type.Integer({
    minimum: 1,
    maximum: HIGHEST_MS,
    description: 'Milliseconds after which the claim may be taken back unless it is renewed.',
  }),
  graceMs: Type.Integer({
    minimum: 0,
    maximum: HIGHEST_MS,
    default: 3_600_000,
    description: 'Milliseconds for which the way back stays open.',
  }),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'At most so many.' }),
  after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'The `next` of the page before.' }),
} as const

export const DEFAULT_KIND = 'app'
export const DEFAULT_GRACE_MS = 3_600_000

/** What every change may say of itself. */
export const AUTHORED = {
  reason: Type.Optional(Type.String({ description: 'Why, for the history.' })),
  actor: Type.Optional(
    Type.String({ maxLength: 200, description: 'Who asks, for the history; what the key is called comes with it.' }),
  ),
  idempotencyKey: Type.Optional(
    Type.String({ description: 'The same key with the same request gives the same answer for 24 hours.' }),
  ),
} as const

/** An input: what is not in it is refused, for a misspelt field would be ignored in silence. */
export function inputOf<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false })
}

/** An answer: `success` is there for scripts that look at nothing else. A later version may say more. */
export function answerOf<Properties extends TProperties>(properties: Properties) {
  return Type.Object({ success: Type.Literal(true), ...properties })
}

/** Spread into every answer. */
export const SUCCESS = { success: true } as const

/** A moment as ISO 8601 text. */
export const MOMENT = Type.String({ description: 'ISO 8601, such as `2026-03-02T09:00:00.000Z`.' })
