import type { Waiting } from '@portolan/errors'
import type { Observer } from '@portolan/observe'
import { type Registry, requestInvalid } from '@portolan/registry'
import type { Static, TObject } from 'typebox'
import type { Caller, Role } from './caller.ts'
import { answerMalformed } from './errors.ts'
import type { KeyBook } from './key-book.ts'
import { findTextFault, requestFaultsOf } from './request-faults.ts'
import { matches, mismatches } from './schema-match.ts'
import { strangePartsOf } from './strange-parts.ts'

/** What an operation does to what is there; from it follow an MCP tool's hints. */
export const EFFECTS = ['reads', 'adds', 'changes', 'removes'] as const
export type Effect = (typeof EFFECTS)[number]

/** What an operation works with. */
export interface OperationContext extends Waiting {
  readonly registry: Registry
  /** Everything that looks at a host; nobody where the host is not watched. */
  readonly observersOf: (host: { readonly name: string }) => readonly Observer[]
  /** Who asks: the actor of what is written into the history. */
  readonly caller: Caller
  /** Where keys are kept; undefined behind a door that has none. */
  readonly keys: KeyBook | undefined
  readonly now: () => Date
}

/** One thing that can be asked of the registry: as HTTP route, MCP tool and CLI command alike. */
export interface OperationDraft<Name extends string, Input extends TObject, Output extends TObject> {
  /** `port_allocate`: `POST /api/port/allocate`, the MCP tool `port_allocate`, `portolan ports allocate`. */
  readonly name: Name
  /** For lists. */
  readonly title: string
  /** One sentence, for people, OpenAPI, MCP and `--help` alike. */
  readonly summary: string
  readonly input: Input
  readonly output: Output
  readonly role: Role
  readonly effect: Effect
  /** Asking twice does no more than asking once. */
  readonly isIdempotent: boolean
  /** The codes that it refuses with, beside those of every operation. */
  readonly refusals: readonly string[]
  /** The project that the caller has to be good for; undefined where it is about none, or about many. */
  projectOf?(input: Static<Input>): string | undefined
  run(input: Static<Input>, context: OperationContext): Promise<Static<Output>>
}

export interface OperationDefinition<
  Name extends string = string,
  Input extends TObject = TObject,
  Output extends TObject = TObject,
> extends OperationDraft<Name, Input, Output> {
  /** @throws REGISTRY_REQUEST_INVALID with every fault, or with twenty of many */
  parseInput(value: unknown): Static<Input>
  /** @throws OPERATIONS_ANSWER_MALFORMED */
  parseAnswer(value: unknown): Static<Output>
}

/** Completes an operation by what follows from its schemas. */
export function defineOperation<Name extends string, Input extends TObject, Output extends TObject>(
  draft: OperationDraft<Name, Input, Output>,
): OperationDefinition<Name, Input, Output> {
  return Object.freeze({
    ...draft,
    parseInput: (value: unknown): Static<Input> => {
      const { faults, isTooMuch } = strangePartsOf(draft.input, value)
      if (isTooMuch) throw requestInvalid(faults)
      if (faults.length > 0 || !matches(draft.input, value)) {
        throw requestInvalid(requestFaultsOf(mismatches(draft.input, value), faults))
      }
      const fault = findTextFault(value)
      if (fault !== undefined) throw requestInvalid([fault])
      return value
    },
    parseAnswer: (value: unknown): Static<Output> => {
      if (matches(draft.output, value)) return value
      const [fault] = requestFaultsOf(mismatches(draft.output, value))
      throw answerMalformed(draft.name, fault)
    },
  })
}
