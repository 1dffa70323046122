import Type, { type TProperties } from 'typebox'

/** The schema of a body that has these properties and no others: a misspelt one is refused, not ignored. */
export function bodyOf<Properties extends TProperties>(properties: Properties, options: { title?: string } = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false })
}
