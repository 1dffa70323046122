import type { Waiting } from '@portolan/errors'
import type { Logger } from 'pino'
import type { Static, TObject } from 'typebox'

// From the global registry: the supervisor and a service it loads may each have their own copy of this package.
const BRAND = Symbol.for('portolan.service-definition')

/** What a service is given when it starts. Nothing in it says which kind of host runs it. */
export interface ServiceContext<Environment> {
  readonly name: string
  /** Parsed by the definition's schema and frozen. */
  readonly environment: Environment
  readonly logger: Logger
  /**
   * Fires when the start is abandoned, or later when the service is told to stop, before `close` is called: for
   * opening things and for background loops. Requests under way end by the signal that `close` is given.
   */
  readonly signal: AbortSignal
}

/** An address that a service answers on, as the system gave it. */
export interface ServiceAddress {
  readonly address: string
  readonly port: number
}

/** What a started service gives back. */
export interface RunningService {
  /** Ends gracefully until the signal fires, then at once. */
  close(waiting: Waiting): Promise<void>
  readonly addresses?: readonly ServiceAddress[]
}

/** A service as one value: its name, what it reads from its environment, and how it starts. */
export interface ServiceDefinition<Schema extends TObject = TObject> {
  readonly name: string
  readonly environment: Schema
  start(context: ServiceContext<Static<Schema>>): Promise<RunningService>
}

/** @returns the definition, frozen and marked so that any host recognises it by {@link isServiceDefinition} */
export function defineService<Schema extends TObject>(
  definition: ServiceDefinition<Schema>,
): ServiceDefinition<Schema> {
  return Object.freeze({ ...definition, [BRAND]: true })
}

/** True for a value made by any copy of {@link defineService}. */
export function isServiceDefinition(value: unknown): value is ServiceDefinition {
  return typeof value === 'object' && value !== null && BRAND in value && 'name' in value && 'start' in value
}
