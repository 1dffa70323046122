/** One operation on one object: some time between its call and its return it took effect at once. */
export interface TimedOperation<Action> {
  readonly action: Action
  readonly calledAt: number
  /** Infinity when nobody knows. */
  readonly returnedAt: number
}

/** An object as it should be. @returns the state after the action, undefined when the action cannot happen there */
export type SequentialModel<State, Action> = (state: State, action: Action) => State | undefined

interface Entry {
  readonly operation: number
  readonly isCall: boolean
  readonly at: number
  previous: Entry | undefined
  next: Entry | undefined
  /** Of a call, its return. */
  match: Entry | undefined
}

/**
 * Whether there is an order of the operations that the model allows and in which each one stands between its call and
 * its return: the search of Wing and Gong with Lowe's memory of what was tried (Lowe 2017, "Testing for
 * linearizability"), as porcupine does it. Exact; exponential at worst in the operations that overlap, so histories
 * are cut by object first, which is sound (Herlihy and Wing 1990, locality).
 * @param initial of a state, `JSON.stringify` has to tell two apart
 */
export function isLinearizable<State, Action>(
  operations: readonly TimedOperation<Action>[],
  { initial, model }: { readonly initial: State; readonly model: SequentialModel<State, Action> },
): boolean {
  const head = linkEntries(operations)
  const done = new Done(operations.length)
  const tried = new Set<string>()
  const undone: { readonly entry: Entry; readonly state: State }[] = []
  let state = initial
  let entry = head.next
  while (head.next !== undefined && entry !== undefined) {
    const action = operations[entry.operation]?.action
    if (entry.isCall && action !== undefined) {
      const next = model(state, action)
      if (next !== undefined && isNews(tried, done, { operation: entry.operation, state: next })) {
        undone.push({ entry, state })
        done.add(entry.operation)
        state = next
        lift(entry)
        entry = head.next
      } else entry = entry.next
      continue
    }
    // A return whose call has found no place: the last choice was wrong.
    const last = undone.pop()
    if (last === undefined) return false
    state = last.state
    done.remove(last.entry.operation)
    unlift(last.entry)
    entry = last.entry.next
  }
  return true
}

/** The operations that have their place, as text. Most of the time they are all up to some number, and a few more. */
class Done {
  readonly #isDone: Uint8Array
  readonly #beyond = new Set<number>()
  #prefix = 0

  constructor(count: number) {
    this.#isDone = new Uint8Array(count)
  }

  add(operation: number): void {
    this.#isDone[operation] = 1
    this.#beyond.add(operation)
    while (this.#isDone[this.#prefix] === 1) {
      this.#beyond.delete(this.#prefix)
      this.#prefix += 1
    }
  }

  remove(operation: number): void {
    this.#isDone[operation] = 0
    this.#beyond.delete(operation)
    while (this.#prefix > operation) {
      this.#prefix -= 1
      if (this.#isDone[this.#prefix] === 1) this.#beyond.add(this.#prefix)
    }
  }

  text(): string {
    return `${this.#prefix}+${[...this.#beyond].toSorted((a, b) => a - b).join()}`
  }
}

function isNews(tried: Set<string>, done: Done, { operation, state }: { operation: number; state: unknown }): boolean {
  done.add(operation)
  const text = `${done.text()} ${JSON.stringify(state)}`
  done.remove(operation)
  if (tried.has(text)) return false
  tried.add(text)
  return true
}

/** Calls and returns in the order of time; of one moment the calls first, so that what touches may overlap. */
function linkEntries(operations: readonly TimedOperation<unknown>[]): Entry {
  const entries: Entry[] = []
  for (const [operation, { calledAt, returnedAt }] of operations.entries()) {
    const rest = { previous: undefined, next: undefined }
    const end: Entry = { operation, isCall: false, at: returnedAt, match: undefined, ...rest }
    entries.push({ operation, isCall: true, at: calledAt, match: end, ...rest }, end)
  }
  entries.sort((a, b) => compareTimes(a.at, b.at) || Number(b.isCall) - Number(a.isCall))
  const head: Entry = { operation: -1, isCall: false, at: -1, previous: undefined, next: undefined, match: undefined }
  let last = head
  for (const entry of entries) {
    last.next = entry
    entry.previous = last
    last = entry
  }
  return head
}

function compareTimes(a: number, b: number): number {
  return a === b ? 0 : a - b
}

/** Takes a call and its return out of the list. */
function lift(call: Entry): void {
  takeOut(call)
  if (call.match !== undefined) takeOut(call.match)
}

/** Puts them back, in the opposite order. */
function unlift(call: Entry): void {
  if (call.match !== undefined) putBack(call.match)
  putBack(call)
}

function takeOut(entry: Entry): void {
  if (entry.previous !== undefined) entry.previous.next = entry.next
  if (entry.next !== undefined) entry.next.previous = entry.previous
}

function putBack(entry: Entry): void {
  if (entry.previous !== undefined) entry.previous.next = entry
  if (entry.next !== undefined) entry.next.previous = entry
}
