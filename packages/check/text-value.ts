import type { DeclaredService, Path } from '@portolan/stack'
import { isMap } from './settings.ts'

/** A text that a program is given, with the name it is given under and where it stands. */
export interface TextValue {
  /** The variable, the setting's key, or undefined for an argument. */
  readonly key: string | undefined
  readonly text: string
  readonly at: Path
  readonly from: 'environment' | 'settings' | 'args' | 'address'
}

/** Every text of a service that a program reads, in the order of the file's usual layout. */
export function textValuesOf(service: DeclaredService): readonly TextValue[] {
  const { run, source } = service
  const args = 'args' in run ? run.args : []
  return [
    ...(run.kind === 'external'
      ? [{ key: undefined, text: run.address, at: [...source, 'run', 'external'], from: 'address' } as const]
      : []),
    ...args.map(
      (text, index) => ({ key: undefined, text, at: [...source, 'run', 'args', index], from: 'args' }) as const,
    ),
    ...Object.entries(service.environment).map(
      ([key, text]) => ({ key, text, at: [...source, 'environment', key], from: 'environment' }) as const,
    ),
    ...settingTexts(service.settings, [...source, 'settings'], undefined),
  ]
}

function settingTexts(value: unknown, at: Path, key: string | undefined): readonly TextValue[] {
  if (typeof value === 'string' || typeof value === 'number') {
    return [{ key, text: String(value), at, from: 'settings' }]
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => settingTexts(item, [...at, index], key))
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => settingTexts(inner, [...at, name], name))
}

/** Whether `text` contains something that comes from outside (`${NAME}`) or is filled in (`{port:…}`). */
export function isFilledIn(text: string): boolean {
  return text.includes('${') || /\{(port|url|render|secret):/.test(text)
}
