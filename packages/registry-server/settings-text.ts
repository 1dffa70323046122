import type { TLocalizedValidationError } from 'typebox/error'
import { Check, Errors } from 'typebox/value'
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { type SettingsFault, settingsInvalid } from './errors.ts'
import { SETTINGS_SCHEMA, type SettingsText } from './settings-schema.ts'

type Path = readonly (string | number)[]
type Position = Pick<SettingsFault, 'line' | 'column'>

export interface LocatedSettings {
  readonly value: SettingsText
  /** Where a value stands, or the nearest one around it. */
  readonly positionOf: (path: Path) => Position
}

/** @throws REGISTRY_SERVER_SETTINGS_INVALID with every fault */
export function parseSettingsText(text: string, file: string): LocatedSettings {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const [broken] = document.errors
  if (broken !== undefined) {
    const expected = `YAML, and is not: ${broken.message.split('\n')[0]}`
    throw settingsInvalid(file, [{ ...positionAt(broken.pos[0]), field: '', expected }])
  }
  const positionOf = (path: Path): Position => positionAt(offsetOf(document.contents, path))
  const value = plainValue(document, () => {
    throw settingsInvalid(file, [{ ...positionAt(0), field: '', expected: 'written without so many aliases' }])
  })
  if (Check(SETTINGS_SCHEMA, value)) return { value, positionOf }
  throw settingsInvalid(file, faultsOf(Errors(SETTINGS_SCHEMA, value), positionOf))
}

/** A few lines may stand for gigabytes ("billion laughs"): the parser counts, and gives up. */
function plainValue(document: Document, onExcess: () => never): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    if (error instanceof ReferenceError) return onExcess()
    throw error
  }
}

function faultsOf(errors: readonly TLocalizedValidationError[], positionOf: (path: Path) => Position): SettingsFault[] {
  const byField = new Map<string, SettingsFault>()
  const add = (path: Path, expected: string): void => {
    const field = path.join('.')
    if (!byField.has(field)) byField.set(field, { ...positionOf(path), field, expected })
  }
  for (const error of errors) {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) add([...path, name], 'given')
    } else if (error.keyword === 'additionalProperties') {
      for (const name of error.params.additionalProperties) add([...path, name], 'left out: it is not known here')
    } else if (error.keyword !== 'boolean') {
      add(path, error.message.replace(/^must (be|have|match) /, ''))
    }
  }
  return [...byField.values()]
}

/** Of the key that a path ends with, or the value of the nearest part of it that is there. */
function offsetOf(root: unknown, path: Path): number {
  let node: unknown = root
  let offset = startOf(root)
  for (const part of path) {
    if (!isMap(node)) {
      node = isNodeWithGet(node) ? node.get(Number(part), true) : undefined
    } else {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (pair === undefined) return offset
      offset = startOf(pair.key)
      node = pair.value
      continue
    }
    if (node === undefined || node === null) return offset
    offset = startOf(node)
  }
  return offset
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'range' in node
}

function isNodeWithGet(node: unknown): node is { get(key: number, keepScalar: true): unknown } {
  return typeof node === 'object' && node !== null && 'get' in node && typeof node.get === 'function'
}
