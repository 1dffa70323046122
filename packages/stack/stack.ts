import { stackInvalid } from './errors.ts'
import { type Fault, faultAt, inFileOrder } from './fault.ts'
import { childOf, type Located, type LocatedMap, mapOf } from './located.ts'
import { nearestSpelling } from './nearest-spelling.ts'
import { layOver } from './overlay.ts'
import { STACK_FILE } from './overlay-schema.ts'
import type { Position } from './position.ts'
import { expandShorthands } from './shorthand.ts'
import { validate } from './validate.ts'
import { parseYaml } from './yaml-source.ts'

/** One `portolan.yaml`, read and valid, before an environment is chosen. */
export interface Stack {
  readonly name: string
  readonly file: string
  readonly environments: readonly Environment[]
  /** The environment that is meant when none is named. */
  readonly defaultEnvironment: string
  /** Without `environments`, every shorthand written out. */
  readonly base: LocatedMap
}

/** A named overlay on a stack. */
export interface Environment {
  readonly name: string
  readonly overlay: Located
  readonly at: Position
}

/**
 * The environment that every stack has, and the one that is meant when nothing else is said: the base, with what an
 * overlay of that name changes. An overlay for production never becomes what a plain `up` starts.
 */
const BASE_ENVIRONMENT = 'development'

/**
 * @param text YAML 1.2
 * @param file the name that faults carry; nothing is read from it
 * @throws STACK_INVALID with every fault of the file, see `faultsOf`
 */
export function parseStack(text: string, file: string): Stack {
  const source = parseYaml(text, file)
  if (source.state === 'refused') throw stackInvalid(source.faults)
  const faults = validate(source.root, STACK_FILE)
  const { root } = source
  if (root.kind !== 'map') throw stackInvalid(faults)
  const environments = environmentsOf(root)
  const chosen = defaultEnvironmentOf(root, environments)
  const base = expandShorthands(
    mapOf(
      root.at,
      [...root.entries].filter(([key]) => key !== 'environments'),
    ),
  )
  const overlays = environments.map((one) => ({ ...one, overlay: expandShorthands(one.overlay) }))
  const all = [...faults, ...chosen.faults, ...overlays.flatMap((one) => layOver(base, one.overlay, one.name).faults)]
  if (all.length > 0 || base.kind !== 'map') throw stackInvalid(inFileOrder(all))
  return Object.freeze({
    name: textOf(childOf(root, 'stack')) ?? '',
    file,
    environments: overlays,
    defaultEnvironment: chosen.name,
    base,
  })
}

/** The names that `--env` takes. */
export function environmentNames(stack: Stack): readonly string[] {
  return stack.environments.map(({ name }) => name)
}

function environmentsOf(root: LocatedMap): readonly Environment[] {
  const node = childOf(root, 'environments')
  const declared = node?.kind === 'map' ? [...node.entries] : []
  const environments = declared.map(([name, entry]) => ({
    name,
    // `staging:` with nothing behind it is an environment that changes nothing.
    overlay: entry.value.kind === 'map' ? entry.value : mapOf(entry.keyAt, []),
    at: entry.keyAt,
  }))
  if (environments.some(({ name }) => name === BASE_ENVIRONMENT)) return environments
  return [{ name: BASE_ENVIRONMENT, overlay: mapOf(root.at, []), at: root.at }, ...environments]
}

function defaultEnvironmentOf(
  root: LocatedMap,
  environments: readonly Environment[],
): { readonly name: string; readonly faults: readonly Fault[] } {
  const node = childOf(root, 'default')
  const named = textOf(node)
  const names = environments.map(({ name }) => name)
  if (named === undefined || node === undefined) return { name: BASE_ENVIRONMENT, faults: [] }
  if (names.includes(named)) return { name: named, faults: [] }
  const fault = faultAt(node.at, {
    code: 'STACK_ENVIRONMENT_UNKNOWN',
    message: `The default environment "${named}" is not one of this stack's.`,
    expected: `one of ${names.map((name) => `"${name}"`).join(', ')}`,
    nearest: nearestSpelling(named, names),
  })
  return { name: named, faults: [fault] }
}

function textOf(node: Located | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}
