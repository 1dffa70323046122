/** The programs of the example, however they were started. */
export interface StartedPrograms {
  /** From nothing to an answer from every one. */
  readonly readyMs: number
  /** Whose children the others are. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}
