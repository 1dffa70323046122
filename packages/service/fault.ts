import type { TLocalizedValidationError } from 'typebox/error'

/** One thing that is wrong with one field. Neither part ever holds the value that was given. */
export interface Fault {
  /** Dotted path, `''` for the whole: `entries.0.name`. */
  readonly field: string
  /** Continues a sentence: `is missing`, `must be integer`. */
  readonly reason: string
}

/** One fault a field, in the order in which the schema finds them. */
export function faultsOf(errors: readonly TLocalizedValidationError[]): readonly Fault[] {
  const reasonsByField = new Map<string, TLocalizedValidationError[]>()
  const faults: Fault[] = []
  for (const error of errors) {
    const field = fieldOf(error.instancePath)
    if (error.keyword === 'required') {
      faults.push(...error.params.requiredProperties.map((name) => faultAt(field, name, 'is missing')))
    } else if (error.keyword === 'additionalProperties') {
      faults.push(...error.params.additionalProperties.map((name) => faultAt(field, name, 'is not known here')))
    } else if (error.keyword !== 'boolean') {
      // A `false` schema (an additional property) is said once already, by the keyword that holds it.
      reasonsByField.set(field, [...(reasonsByField.get(field) ?? []), error])
    }
  }
  for (const [field, fieldErrors] of reasonsByField) faults.push({ field, reason: reasonOf(fieldErrors) })
  return faults
}

function faultAt(parent: string, name: string, reason: string): Fault {
  return { field: parent === '' ? name : `${parent}.${name}`, reason }
}

function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
}

function reasonOf(errors: readonly TLocalizedValidationError[]): string {
  const allowed = errors.flatMap((error) => {
    if (error.keyword === 'const') return [error.params.allowedValue]
    if (error.keyword === 'enum') return error.params.allowedValues
    return []
  })
  if (allowed.length > 0) return `must be ${allowed.map((value) => JSON.stringify(value)).join(' or ')}`
  const format = errors.find((error) => error.keyword === 'format')
  if (format !== undefined) return `must be a ${format.params.format}`
  return errors.map((error) => error.message).join(' and ')
}
