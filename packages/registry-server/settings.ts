import { readFile } from 'node:fs/promises'
import { isAppError, type Waiting } from '@portolan/errors'
import { ALL_PORTS, type PortRange, parsePortRange } from '@portolan/ports'
import type { Band, BlockedPorts, HostDraft } from '@portolan/registry'
import { type SettingsFault, settingsInvalid, settingsUnreadable } from './errors.ts'
import type { BlockedText, HostText } from './settings-schema.ts'
import { parseSettingsText } from './settings-text.ts'

/** How one host is looked at; nobody looks where there is neither a kernel nor SSH nor an engine. */
export interface HostSettings {
  readonly draft: HostDraft
  /** It is this machine. */
  readonly kernel: boolean
  readonly ssh: NonNullable<HostText['ssh']> | undefined
  readonly engines: readonly EngineSettings[]
}

export type EngineSettings = { readonly socket: string } | { readonly command: 'docker' | 'podman' }

export interface RegistryLimits {
  readonly keyPerMinute: number
  readonly wrongKeysPerMinute: number
  /** On each host. */
  readonly claimsPerProject: number
}

export interface RegistrySettings {
  readonly hosts: readonly HostSettings[]
  /** Undefined: those that the registry has. */
  readonly bands: readonly Band[] | undefined
  readonly blocked: readonly BlockedPorts[]
  readonly quarantineMs: number
  readonly sweepEveryMs: number
  readonly limits: RegistryLimits
  /** Under which names it is asked: at `/mcp`, and everywhere where only this machine can ask. Whose pages may ask. */
  readonly mcp: { readonly hosts: readonly string[]; readonly origins: readonly string[] }
  /** Whose `x-forwarded-for` counts, such as `loopback`: whoever asks from there says himself who he is. */
  readonly trustedProxies: readonly string[]
}

/** A registry without a settings file: hosts and bands are declared by who uses it, and nobody looks. */
export const DEFAULT_SETTINGS: RegistrySettings = Object.freeze({
  hosts: [],
  bands: undefined,
  blocked: [],
  quarantineMs: 600_000,
  sweepEveryMs: 30_000,
  limits: { keyPerMinute: 6_000, wrongKeysPerMinute: 20, claimsPerProject: 1_000 },
  mcp: { hosts: [], origins: [] },
  trustedProxies: [],
})

/** @throws REGISTRY_SERVER_SETTINGS_UNREADABLE, REGISTRY_SERVER_SETTINGS_INVALID with every fault */
export async function readSettings(path: string, { signal }: Waiting): Promise<RegistrySettings> {
  let text: string
  try {
    text = await readFile(path, { encoding: 'utf8', signal })
  } catch (cause) {
    signal.throwIfAborted()
    throw settingsUnreadable(path, cause)
  }
  return parseSettings(text, path)
}

/**
 * Reads the text of a `registry.yaml`; an empty one is the default.
 * @param path for messages
 * @throws REGISTRY_SERVER_SETTINGS_INVALID with every fault, by line and column
 */
export function parseSettings(text: string, path: string): RegistrySettings {
  const { value, positionOf } = parseSettingsText(text, path)
  const faults: SettingsFault[] = []
  const refuse: Refuse = (field, expected) => faults.push({ ...positionOf(field), field: field.join('.'), expected })
  const { hosts = {}, bands, blocked = [], limits, mcp, ...rest } = value
  const settings: RegistrySettings = {
    ...DEFAULT_SETTINGS,
    ...rest,
    hosts: Object.entries(hosts).map(([name, host]) => hostOf(name, host, refuse)),
    bands: bands === undefined ? undefined : bandsOf(bands, refuse),
    blocked: blocked.map((entry, index) => blockedPorts(entry, ['blocked', index], refuse)),
    limits: { ...DEFAULT_SETTINGS.limits, ...limits },
    mcp: { ...DEFAULT_SETTINGS.mcp, ...mcp },
  }
  if (faults.length > 0) throw settingsInvalid(path, faults)
  return settings
}

type Field = readonly (string | number)[]
/** Notes a fault; what is read on with is of no use, and never used. */
type Refuse = (field: Field, expected: string) => void

function rangeOf(ports: string | number, field: Field, refuse: Refuse): PortRange {
  try {
    return parsePortRange(String(ports))
  } catch (error) {
    if (!isAppError(error)) throw error
    refuse(field, 'one port or a range from 1 to 65535, the lower port first, such as 4000-4499')
    return ALL_PORTS
  }
}

type BandsText = Readonly<Record<string, Readonly<Record<string, string | number>>>>

function bandsOf(bands: BandsText, refuse: Refuse): readonly Band[] {
  return Object.entries(bands).flatMap(([environment, kinds]) =>
    Object.entries(kinds).map(([kind, ports]) => {
      return { environment, kind, range: rangeOf(ports, ['bands', environment, kind], refuse) }
    }),
  )
}

function blockedPorts(entry: BlockedText, field: Field, refuse: Refuse): BlockedPorts {
  if (typeof entry !== 'object') return { range: rangeOf(entry, field, refuse) }
  const { ports, ...rest } = entry
  return { ...rest, range: rangeOf(ports, field, refuse) }
}

function hostOf(name: string, host: HostText, refuse: Refuse): HostSettings {
  for (const expected of hostFaults(host)) refuse(['hosts', name], expected)
  const { ephemeralRange: ports, addresses = [] } = host
  if (ports === undefined) return hostSettings(host, { name, addresses })
  const range = ports === 'none' ? ports : rangeOf(ports, ['hosts', name, 'ephemeralRange'], refuse)
  return hostSettings(host, { name, addresses, ephemeralRange: range })
}

function hostSettings({ kernel = false, ssh, engines = [] }: HostText, draft: HostDraft): HostSettings {
  const sockets = engines.map((engine) => (typeof engine === 'string' ? { socket: engine } : engine))
  return { draft, kernel, ssh, engines: sockets }
}

function hostFaults({ kernel, ssh, engines = [] }: HostText): readonly string[] {
  const faults: string[] = []
  if (kernel === true && ssh !== undefined) faults.push('looked at by "kernel" or by "ssh", not by both')
  if (ssh !== undefined && (ssh.keyFile === undefined) === (ssh.agent === undefined)) {
    faults.push('reached with either "ssh.keyFile" or "ssh.agent"')
  }
  const hasCommand = engines.some((engine) => typeof engine === 'object' && 'command' in engine)
  if (hasCommand && ssh === undefined) faults.push('reached by "ssh" when an engine is asked by its command')
  return faults
}
