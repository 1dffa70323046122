/** A few at a time, until the time is over. */
export async function repeatFor(seconds: number, atOnce: number, act: (turn: number) => Promise<void>): Promise<void> {
  const untilMs = performance.now() + seconds * 1_000
  let turn = 0
  const one = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      turn += 1
      await act(turn)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}
