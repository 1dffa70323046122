import Type from 'typebox'

// As PostgreSQL writes them, so that the same id is always the same text.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export const ID_SCHEMA = Type.String({ format: 'uuid', pattern: UUID.source, description: 'In lower case.' })

export function isUuid(text: string): boolean {
  return UUID.test(text)
}
