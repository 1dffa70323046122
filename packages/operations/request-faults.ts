import type { RequestFault } from '@portolan/registry'
import type { TLocalizedValidationError } from 'typebox/error'

/**
 * What a schema finds wrong, one fault a field, in the words of REGISTRY_REQUEST_INVALID: `"ports" has to be string`.
 * @param known what was found before
 */
export function requestFaultsOf(
  errors: readonly TLocalizedValidationError[],
  known: readonly RequestFault[] = [],
): readonly RequestFault[] {
  const expectedByField = new Map(known.map(({ field, expected }) => [field, expected]))
  for (const error of errors) {
    for (const { field, expected } of faultsOf(error)) {
      if (!expectedByField.has(field)) expectedByField.set(field, expected)
    }
  }
  // The schema stops after some errors, and those may all be of a kind that says nothing.
  if (expectedByField.size === 0) return [{ field: 'body', expected: 'as the description of the operation says' }]
  return [...expectedByField].map(([field, expected]) => ({ field, expected }))
}

function faultsOf(error: TLocalizedValidationError): readonly RequestFault[] {
  const field = fieldOf(error.instancePath)
  const within = (name: string) => (field === '' ? name : `${field}.${name}`)
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({ field: within(name), expected: 'given' }))
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        field: within(shortened(name)),
        expected: 'left out: it is not known here',
      }))
    case 'boolean': // the same additional property once more
      return []
    case 'const':
      return [{ field: field || 'body', expected: JSON.stringify(error.params.allowedValue) }]
    case 'enum':
      return [{ field: field || 'body', expected: `one of ${error.params.allowedValues.join(', ')}` }]
    default:
      return [{ field: field || 'body', expected: error.message.replace(/^must (be|have) /, '') }]
  }
}

const LONGEST_NAME = 60

/** A stranger's name may be of any length. */
export function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name
}

function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => shortened(part.replaceAll('~1', '/').replaceAll('~0', '~')))
    .join('.')
}

/**
 * The first text in a value that no database stores: JSON may say NUL, and half of a surrogate pair. Of a value that
 * a schema has checked, so it is no deeper than that.
 */
export function findTextFault(value: unknown, path: readonly string[] = []): RequestFault | undefined {
  if (typeof value === 'string') {
    if (value.isWellFormed() && !value.includes('\0')) return undefined
    return { field: path.map(shortened).join('.'), expected: 'text without NUL and without half characters' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, part] of Object.entries(value)) {
    const fault = findTextFault(name, [...path, 'name']) ?? findTextFault(part, [...path, name])
    if (fault !== undefined) return fault
  }
  return undefined
}
