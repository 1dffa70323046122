import { errorMessage, type Waiting } from '@portolan/errors'
import { directoryUnreachable } from './errors.ts'
import { readWorkspace, type Workspace } from './workspace.ts'
import type { WorkspaceDirectory } from './workspace-directory.ts'

const DEFAULTS = {
  keepMs: 2_000,
  graceMs: 30_000,
  timeoutMs: 2_000,
  sizeLimit: 1_000,
} as const satisfies Partial<HttpDirectoryOptions>

export interface HttpDirectoryOptions {
  /** The name of a workspace is put behind it: `http://127.0.0.1:7000/internal/workspaces/`. */
  readonly url: string
  /** Makes the token that says that it is the gateway who asks. */
  readonly serviceToken: () => Promise<string>
  /** How long an answer counts, "there is none" included. */
  readonly keepMs?: number
  /** How much longer it counts when the directory does not answer: its restart must not take every page away. */
  readonly graceMs?: number
  readonly timeoutMs?: number
  /** How many answers are kept: anybody may ask for names. */
  readonly sizeLimit?: number
}

interface Kept {
  readonly workspace: Workspace | undefined
  readonly atMs: number
}

/**
 * A control plane that is asked `GET {url}{name}`: 200 with a workspace as `readWorkspace` has it, or 404 with a problem
 * whose code ends in `WORKSPACE_UNKNOWN`. Any other 404 is somebody who does not know the question.
 */
export class HttpDirectory implements WorkspaceDirectory {
  readonly #options: Required<HttpDirectoryOptions>
  readonly #keptByName = new Map<string, Kept>()
  readonly #flightsByName = new Map<string, Promise<Workspace | undefined>>()

  constructor(options: HttpDirectoryOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  async findWorkspace(name: string, { signal }: Waiting): Promise<Workspace | undefined> {
    const kept = this.#keptByName.get(name)
    if (kept !== undefined && performance.now() - kept.atMs < this.#options.keepMs) return kept.workspace
    const flight = this.#flightsByName.get(name) ?? this.#depart(name)
    const workspace = await flight
    signal.throwIfAborted()
    return workspace
  }

  /** Shared by all who wait for the name, so that it ends by its own limit alone. */
  #depart(name: string): Promise<Workspace | undefined> {
    const flight = this.#ask(name).finally(() => this.#flightsByName.delete(name))
    this.#flightsByName.set(name, flight)
    return flight
  }

  async #ask(name: string): Promise<Workspace | undefined> {
    const askedAtMs = performance.now()
    try {
      const workspace = await this.#fetch(name)
      this.#keep(name, { workspace, atMs: askedAtMs })
      return workspace
    } catch (cause) {
      const kept = this.#keptByName.get(name)
      const { keepMs, graceMs } = this.#options
      if (kept?.workspace !== undefined && askedAtMs - kept.atMs < keepMs + graceMs) return kept.workspace
      throw directoryUnreachable(cause)
    }
  }

  async #fetch(name: string): Promise<Workspace | undefined> {
    const { url, serviceToken, timeoutMs } = this.#options
    const response = await fetch(new URL(encodeURIComponent(name), url), {
      headers: { accept: 'application/json', authorization: `Bearer ${await serviceToken()}` },
      redirect: 'error', // it would carry the token to an address that nobody chose
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body: unknown = await response.json()
    if (response.status === 404 && isOwnUnknown(body)) return undefined
    if (response.status !== 200) throw new Error(`The directory answered with status ${response.status}.`)
    const faults: string[] = []
    const workspace = readWorkspace(name, body, faults)
    if (workspace === undefined) throw new Error(`The directory said of "${name}": ${faults.join('; ')}`)
    return workspace
  }

  #keep(name: string, kept: Kept): void {
    this.#keptByName.delete(name) // to the end of the order
    const [oldest] = this.#keptByName.keys()
    if (oldest !== undefined && this.#keptByName.size >= this.#options.sizeLimit) this.#keptByName.delete(oldest)
    this.#keptByName.set(name, kept)
  }
}

function isOwnUnknown(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('code' in body)) return false
  return typeof body.code === 'string' && body.code.endsWith('WORKSPACE_UNKNOWN')
}

/** Whether a text can stand before a name. @returns what is wrong, undefined when nothing */
export function directoryUrlFault(text: string): string | undefined {
  try {
    const { protocol } = new URL(text)
    return ['http:', 'https:'].includes(protocol) && text.endsWith('/') ? undefined : 'an http URL that ends in "/"'
  } catch (error) {
    return `an http URL that ends in "/" (${errorMessage(error)})`
  }
}
