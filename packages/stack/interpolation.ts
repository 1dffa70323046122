import { type Fault, faultAt } from './fault.ts'
import { type Located, mapScalars } from './located.ts'
import { nearestSpelling } from './nearest-spelling.ts'

/**
 * Where `${NAME}` comes from. `unset` leaves it as it stands: `check` reads files of environments whose values it
 * neither has nor should have.
 */
export type OutsideValues = Readonly<Record<string, string | undefined>> | 'unset'

export interface Interpolated {
  readonly root: Located
  readonly faults: readonly Fault[]
}

// `$${` is a literal `${`.
const PLACEHOLDER = /\$\$\{|\$\{([^}]*)\}/g
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Replaces `${NAME}` in every text. A missing or malformed one is a fault that names it; an empty value counts as given. */
export function interpolate(root: Located, values: OutsideValues): Interpolated {
  const faults: Fault[] = []
  const replaced = mapScalars(root, (scalar) => {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) return scalar
    // Behind the last brace no placeholder ends, and to look for its end from every "${" there is quadratic.
    const end = scalar.value.lastIndexOf('}') + 1
    const closed = scalar.value.slice(0, end)
    const open = scalar.value.slice(end).replaceAll('$${', '${')
    const filled = closed.replaceAll(PLACEHOLDER, (written, variable: string | undefined) => {
      if (variable === undefined) return '${'
      if (values === 'unset' && VARIABLE.test(variable)) return written
      const known = values === 'unset' || !Object.hasOwn(values, variable) ? undefined : values[variable]
      if (known !== undefined) return known
      faults.push(faultAt(scalar.at, missing(variable, values === 'unset' ? {} : values)))
      return ''
    })
    return { ...scalar, value: filled + open }
  })
  return { root: replaced, faults }
}

function missing(variable: string, values: Readonly<Record<string, string | undefined>>) {
  if (!VARIABLE.test(variable)) {
    const message = `"\${${variable}}" does not name an environment variable.`
    return {
      code: 'STACK_VARIABLE_MISSING',
      message,
      expected: 'letters, digits and underscores, such as "${DATABASE_HOST}"',
    } as const
  }
  const message = `The environment variable "${variable}" is not set.`
  const nearest = nearestSpelling(variable, Object.keys(values))
  return {
    code: 'STACK_VARIABLE_MISSING',
    message,
    expected: `it to be given, as in ${variable}=… portolan up`,
    nearest,
  } as const
}
