import type { DeclaredService } from '@portolan/stack'

/** A value of the service's own configuration, such as `['livekit', 'turn', 'udp_port']`; undefined when unsaid. */
export function settingAt(service: DeclaredService, path: readonly string[]): unknown {
  let value: unknown = service.settings
  for (const key of path) value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
