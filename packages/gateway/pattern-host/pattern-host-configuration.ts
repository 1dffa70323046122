import type { Reader } from '../configuration-reader.ts'
import { DENIED_PORTS } from './denied-ports.ts'
import { directoryUrlFault } from './http-directory.ts'
import { isWorkspaceName } from './pattern-label.ts'
import { isSharing, SHARINGS, type Sharing } from './sharing.ts'
import { readWorkspace } from './workspace.ts'

/** Shows ports of workspaces, each under a host of its own: `{port}-{workspace}.domain`. Plain JSON. */
export interface PatternHostConfiguration {
  /** In lower case; every host with one more label below it is a workspace's, and no route's. */
  readonly domain: string
  /** Where people sign in, as a browser writes it; its scheme and port are those of the preview hosts as well. */
  readonly platformOrigin: string
  /** The page of the platform that signs in; `?next=` tells it where to go on. */
  readonly signInPath: string
  readonly authUrl: string
  /** Asked who is in a team. */
  readonly userUrl?: string
  readonly directory: DirectoryConfiguration
  readonly sharing: {
    /** For ports of which nothing is said. */
    readonly unlessSaid: Sharing
    /** More than this no workspace may share. */
    readonly most: Sharing
  }
  readonly deniedPorts: readonly number[]
}

export type DirectoryConfiguration =
  /** Each value as `readWorkspace` has it, by name. */
  | { readonly kind: 'table'; readonly workspaces: Readonly<Record<string, unknown>> }
  /** `service` is the audience of the token that the directory is shown. */
  | { readonly kind: 'http'; readonly url: string; readonly service: string }

const KEYS = [
  'domain',
  'platformOrigin',
  'signInPath',
  'authUrl',
  'userUrl',
  'directory',
  'sharing',
  'deniedPorts',
] as const

export function readPatternHost(read: Reader, value: unknown): PatternHostConfiguration {
  const at = 'patternHost'
  const entries = read.record(value, at, KEYS)
  const { domain, platformOrigin, signInPath = '/sign-in', authUrl, userUrl, sharing = {}, deniedPorts } = entries
  return {
    domain: read.host(domain, `${at}.domain`).toLowerCase(),
    platformOrigin: readOrigin(read, platformOrigin, `${at}.platformOrigin`),
    signInPath: read.prefix(signInPath, `${at}.signInPath`),
    authUrl: readUrl(read, authUrl, `${at}.authUrl`),
    ...(userUrl === undefined ? {} : { userUrl: readUrl(read, userUrl, `${at}.userUrl`) }),
    directory: readDirectory(read, entries.directory),
    sharing: readSharings(read, sharing),
    deniedPorts:
      deniedPorts === undefined
        ? DENIED_PORTS
        : read
            .list(deniedPorts, `${at}.deniedPorts`)
            .map((port) => read.port(port, `${at}.deniedPorts`, { lowest: 1 })),
  }
}

function readSharings(read: Reader, value: unknown): PatternHostConfiguration['sharing'] {
  const at = 'patternHost.sharing'
  const { unlessSaid = 'owner', most = 'public' } = read.record(value, at, ['unlessSaid', 'most'])
  return {
    unlessSaid: readSharing(read, unlessSaid, `${at}.unlessSaid`),
    most: readSharing(read, most, `${at}.most`),
  }
}

function readSharing(read: Reader, value: unknown, at: string): Sharing {
  if (isSharing(value)) return value
  read.fault(at, `one of ${SHARINGS.join(', ')}`, value)
  return 'owner'
}

function readDirectory(read: Reader, value: unknown): DirectoryConfiguration {
  const at = 'patternHost.directory'
  const { kind, workspaces, url, service } = read.record(value, at, ['kind', 'workspaces', 'url', 'service'])
  if (kind === 'http') return { kind, url: readDirectoryUrl(read, url), service: read.name(service, `${at}.service`) }
  if (kind !== 'table') read.fault(`${at}.kind`, 'one of table, http', kind)
  const table = { ...read.record(workspaces, `${at}.workspaces`, Object.keys(Object(workspaces))) }
  for (const [name, workspace] of Object.entries(table)) {
    if (!isWorkspaceName(name)) read.fault(`${at}.workspaces`, 'names of a-z, 0-9 and inner hyphens', name)
    const faults: string[] = []
    readWorkspace(name, workspace, faults)
    for (const fault of faults) read.fault(`${at}.workspaces.${name}`, fault, workspace)
  }
  return { kind: 'table', workspaces: table }
}

function readDirectoryUrl(read: Reader, value: unknown): string {
  const at = 'patternHost.directory.url'
  const fault = typeof value === 'string' ? directoryUrlFault(value) : 'an http URL that ends in "/"'
  return fault === undefined ? String(value) : read.fault(at, fault, value)
}

function readOrigin(read: Reader, value: unknown, at: string): string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  const isOrigin = url !== null && ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`
  return isOrigin ? url.origin : read.fault(at, 'an origin such as https://hub.example.com', value)
}

function readUrl(read: Reader, value: unknown, at: string): string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url.href : read.fault(at, 'an http URL', value)
}
