import { setText } from './element.js'
import { whenLanguage, word } from './language.js'

const WORDS_BY_STATE = { live: 'stateLive', connecting: 'stateConnecting', lost: 'stateLost' }

/** Shows whether a card's stream is connected, in its head. @returns a function that takes the new state */
export function showStreamState(card) {
  const node = card.querySelector('.stream-state')
  let state = 'connecting'
  const write = () => {
    card.dataset.stream = state
    setText(node, word(WORDS_BY_STATE[state]))
  }
  whenLanguage(write)
  return (next) => {
    state = next
    write()
  }
}

/** Waits longer after each failure, and never exactly as long as the other pages that lost the same stream. */
export function retryDelayMs(failureCount) {
  return Math.min(8_000, 500 * 2 ** failureCount) * (0.75 + Math.random() / 2)
}
