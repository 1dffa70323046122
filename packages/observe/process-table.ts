import { platformUnsupported } from './errors.ts'
import { ProcProcessTable } from './proc-process-table.ts'
import type { ProcessTable } from './process-entry.ts'
import { PsProcessTable } from './ps-process-table.ts'

/** Where to look; each has its usual value, and tests set them. */
export interface ProcessTableOptions {
  readonly platform?: string
  readonly procRoot?: string
  readonly passwdPath?: string
}

const DEFAULTS = { procRoot: '/proc', passwdPath: '/etc/passwd' } as const satisfies ProcessTableOptions

/** This system's processes. @throws OBSERVE_PLATFORM_UNSUPPORTED anywhere but on Linux and macOS */
export function processTable(options: ProcessTableOptions = {}): ProcessTable {
  const { platform, ...files } = { ...DEFAULTS, platform: process.platform, ...options }
  if (platform === 'linux') return new ProcProcessTable(files)
  if (platform === 'darwin') return new PsProcessTable()
  throw platformUnsupported(platform, 'tell processes apart')
}
