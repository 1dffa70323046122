/** Runs what it is given one after the other, in the order of the calls; one that fails does not hold up the next. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = this.#last.then(work)
    this.#last = running.catch(() => undefined) // whoever asked is told
    return running
  }
}
