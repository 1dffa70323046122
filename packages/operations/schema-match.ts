import type { Static, TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
// What `typebox/value` does it by, without the hundred modules beside it: the command line waits for every one.
import { Check, Errors } from 'typebox/schema'

export function matches<Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> {
  return Check(schema, value)
}

/** What is wrong; the first few things. */
export function mismatches(schema: TSchema, value: unknown): readonly TLocalizedValidationError[] {
  const [, errors] = Errors(schema, value)
  return errors
}
