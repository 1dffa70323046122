import type { Waiting } from '@portolan/errors'
import type { InputOf, OperationName, OutputOf } from './operations.ts'

/** A way to the registry: in this process, or over HTTP. */
export interface Door {
  /** @throws what the operation refuses with, and what the way to it fails with */
  call<Name extends OperationName>(name: Name, input: InputOf<Name>, waiting: Waiting): Promise<OutputOf<Name>>
}
