/** A part of a document: JSON with names. */
export type Part = Readonly<Record<string, unknown>>

export function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The parts of a value, each with what `change` makes of it; from the inside out. */
export function mapParts(value: unknown, change: (part: Part) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => mapParts(each, change))
  if (!isPart(value)) return value
  return change(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapParts(each, change)])))
}

// A component's name, and not the title of a problem or a document.
const TITLE = /^[A-Z][A-Za-z0-9]*$/
const KEYWORDS = ['type', 'anyOf', 'enum', 'properties'] as const

/**
 * Moves every schema that has a name as its title into one place, and leaves a reference there: a reader and a
 * generated client see one `Workspace`, however many answers hold it.
 * @returns the rest, and the schemas by name
 * @throws TypeError when two different schemas have the same title
 */
export function liftComponents(paths: unknown): { readonly rest: unknown; readonly schemas: Record<string, Part> } {
  const schemas: Record<string, Part> = {}
  const rest = mapParts(paths, (part) => {
    const { title, ...schema } = completed(part)
    if (typeof title !== 'string' || !TITLE.test(title) || !KEYWORDS.some((name) => name in schema))
      return completed(part)
    const known = schemas[title]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new TypeError(`Two schemas have the title "${title}" and are different. Name one of them differently.`)
    }
    schemas[title] = schema
    return { $ref: `#/components/schemas/${title}` }
  })
  return { rest, schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

/**
 * TypeBox says of an enumeration what is in it and not what kind of thing that is, which some generators need.
 * `x-format` is a format that readers are told of and that the code behind the schema checks, as it knows better: an
 * e-mail address may come with spaces around it, or with a domain in Korean.
 */
function completed(part: Part): Part {
  const { 'x-format': format, ...rest } = part
  const typed = format === undefined ? part : { ...rest, format }
  const { enum: values, type } = typed
  if (!Array.isArray(values) || type !== undefined) return typed
  if (values.every((value) => typeof value === 'string')) return { type: 'string', ...typed }
  return values.every((value) => Number.isInteger(value)) ? { type: 'integer', ...typed } : typed
}
