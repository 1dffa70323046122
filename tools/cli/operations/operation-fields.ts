import type { OperationDefinition } from '@portolan/operations'

/** What a field of an operation's input is given as on the command line. */
export type FieldKind = 'text' | 'integer' | 'flag' | 'choice' | 'list' | 'labels' | 'duration' | 'json'

export interface OperationField {
  /** As the operation names it: `leaseMs`. */
  readonly name: string
  readonly kind: FieldKind
  /** As the option is written: `lease` for `--lease 8h`. */
  readonly word: string
  readonly description: string
  readonly isRequired: boolean
  readonly choices: readonly string[]
  /** As the operation takes it when nothing is said. */
  readonly standard: string | undefined
}

/** The fields of an operation's input, from its schema. */
export function fieldsOf({ input }: Pick<OperationDefinition, 'input'>): readonly OperationField[] {
  const required = input.required ?? []
  return Object.entries(input.properties).map(([name, schema]) => {
    const kind = kindOf(name, schema)
    return {
      name,
      kind,
      word: wordOf(name, kind),
      description: textOf(schema, 'description').replaceAll('`', ''),
      isRequired: required.includes(name),
      choices: listOf(schema, 'enum'),
      standard: standardOf(schema, kind),
    }
  })
}

function kindOf(name: string, schema: object): FieldKind {
  if (listOf(schema, 'enum').length > 0) return 'choice'
  switch (textOf(schema, 'type')) {
    case 'boolean':
      return 'flag'
    case 'integer':
      return name.endsWith('Ms') ? 'duration' : 'integer'
    case 'string':
      return 'text'
    case 'array':
      return textOf(partOf(schema, 'items'), 'type') === 'string' ? 'list' : 'json'
    case 'object':
      return 'properties' in schema ? 'json' : 'labels'
    default:
      return 'json'
  }
}

/** `evenIfUnknown` → `even-if-unknown`; a time says its unit itself, and what may come several times comes one by one. */
function wordOf(name: string, kind: FieldKind): string {
  const stem = kind === 'duration' ? name.replace(/Ms$/, '') : name
  const singular =
    kind === 'list' || kind === 'labels' ? stem.replace(/(ss)?(?:es|s)$/, (_, double) => double ?? '') : stem
  return singular.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function standardOf(schema: object, kind: FieldKind): string | undefined {
  const value: unknown = Reflect.get(schema, 'default')
  if (value === undefined) return undefined
  return kind === 'duration' && typeof value === 'number'
    ? `${value / 60_000}m`
    : JSON.stringify(value).replaceAll('"', '')
}

function textOf(schema: object, keyword: string): string {
  const value: unknown = Reflect.get(schema, keyword)
  return typeof value === 'string' ? value : ''
}

function listOf(schema: object, keyword: string): readonly string[] {
  const value: unknown = Reflect.get(schema, keyword)
  return Array.isArray(value) ? value.map(String) : []
}

function partOf(schema: object, keyword: string): object {
  const value: unknown = Reflect.get(schema, keyword)
  return typeof value === 'object' && value !== null ? value : {}
}
