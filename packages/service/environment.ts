import { type Static, type TObject, Type } from 'typebox'
import { Check, Default, Errors } from 'typebox/value'
import { deepFreeze } from './deep-freeze.ts'
import { environmentInvalid } from './errors.ts'
import { faultsOf } from './fault.ts'
import { convertText } from './text-value.ts'

/** What `process.env` is, and what a host hands to a service. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/**
 * What a service that listens asks for; spread it into the service's own schema. `PORT` 0 lets the system choose. The
 * address is loopback unless the host says otherwise, because a port that is open to a network should be a decision.
 */
export const LISTEN_ENVIRONMENT = {
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
}

/**
 * Reads the variables that the schema names, and no others. Texts become integers, numbers, booleans (`true`, `1`,
 * `false`, `0`) or lists (by comma); an empty variable counts as not set, as Compose files write it.
 * @returns frozen to the leaves
 * @throws SERVICE_ENVIRONMENT_INVALID with every fault at once, by variable name and never by value
 */
export function parseEnvironment<Schema extends TObject>(
  schema: Schema,
  environment: EnvironmentVariables,
): Static<Schema> {
  const given: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(schema.properties)) {
    const text = environment[name]
    if (text !== undefined && text !== '') given[name] = convertText(property, text)
  }
  const value: unknown = Default(schema, given)
  if (!Check(schema, value)) throw environmentInvalid(faultsOf(Errors(schema, value)))
  return deepFreeze(value)
}
