import { Type } from 'typebox'
import { Value } from 'typebox/value'

/** What the supervisor tells the process that hosts the modules. `id` joins an answer to its request. */
export type HostRequest =
  | {
      readonly type: 'start'
      readonly id: number
      readonly service: string
      readonly module: string
      readonly environment: Readonly<Record<string, string>>
    }
  | { readonly type: 'stop'; readonly id: number; readonly service: string; readonly graceMs: number }

export type HostAnswer =
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string }

const REQUEST = Type.Union([
  Type.Object({
    type: Type.Literal('start'),
    id: Type.Integer(),
    service: Type.String(),
    module: Type.String(),
    environment: Type.Record(Type.String(), Type.String()),
  }),
  Type.Object({ type: Type.Literal('stop'), id: Type.Integer(), service: Type.String(), graceMs: Type.Number() }),
])
const ANSWER = Type.Union([
  Type.Object({ type: Type.Literal('done'), id: Type.Integer() }),
  Type.Object({ type: Type.Literal('failed'), id: Type.Integer(), code: Type.String(), message: Type.String() }),
])

export function parseHostRequest(message: unknown): HostRequest | undefined {
  return Value.Check(REQUEST, message) ? message : undefined
}

export function parseHostAnswer(message: unknown): HostAnswer | undefined {
  return Value.Check(ANSWER, message) ? message : undefined
}
