/** Everything that waits takes this as its last argument and passes it on. */
export interface Waiting {
  readonly signal: AbortSignal
}
