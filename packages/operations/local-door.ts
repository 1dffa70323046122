import type { Waiting } from '@portolan/errors'
import type { Observer } from '@portolan/observe'
import type { Registry } from '@portolan/registry'
import { type Caller, coversAll, requireProject, requireRole } from './caller.ts'
import type { Door } from './door.ts'
import { projectRefused } from './errors.ts'
import type { KeyBook } from './key-book.ts'
import type { OperationContext } from './operation.ts'
import { type InputOf, OPERATIONS, type OperationName, type OperationsByName, type OutputOf } from './operations.ts'
import { errorSeenBy } from './seen-error.ts'

export interface LocalDoorOptions {
  readonly registry: Registry
  readonly caller: Caller
  /** Everything that looks at a host; nobody unless said. */
  readonly observersOf?: (host: { readonly name: string }) => readonly Observer[]
  readonly keys?: KeyBook
  readonly now?: () => Date
}

const DEFAULTS = { observersOf: () => [], keys: undefined, now: () => new Date() } as const

const BY_NAME: OperationsByName = OPERATIONS

/** Does what is asked on a registry in this process, as far as the caller may. The registry stays its opener's. */
export class LocalDoor implements Door {
  readonly #context: Omit<OperationContext, 'signal'>

  constructor(options: LocalDoorOptions) {
    this.#context = { ...DEFAULTS, ...options }
  }

  call<Name extends OperationName>(name: Name, input: InputOf<Name>, waiting: Waiting): Promise<OutputOf<Name>> {
    return this.perform(name, input, waiting)
  }

  /**
   * The same for what somebody sent.
   * @throws OPERATIONS_ROLE_MISSING, OPERATIONS_PROJECT_REFUSED, REGISTRY_REQUEST_INVALID, and what the operation
   *   refuses with
   */
  async perform<Name extends OperationName>(name: Name, input: unknown, { signal }: Waiting): Promise<OutputOf<Name>> {
    const operation = BY_NAME[name]
    const { caller } = this.#context
    requireRole(caller, operation.role, `"${name}"`) // before anything is said of what was sent
    const parsed = operation.parseInput(input)
    const project = operation.projectOf?.(parsed)
    if (project !== undefined) requireProject(caller, project)
    // What concerns everybody takes a caller who is good for all projects.
    else if (operation.role === 'admin' && !coversAll(caller)) throw projectRefused(caller, 'all projects')
    try {
      return await operation.run(parsed, { ...this.#context, signal })
    } catch (error) {
      throw errorSeenBy(caller, error)
    }
  }
}
