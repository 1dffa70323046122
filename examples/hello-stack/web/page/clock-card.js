import { element, setText } from './element.js'
import { currentLanguage, whenLanguage, word } from './language.js'
import { retryDelayMs, showStreamState } from './stream-state.js'

const SILENCE_MS = 4_000 // it ticks every second: after four it is gone, whatever the connection says

/** The clock, by server-sent events. */
export function startClock(card) {
  const time = card.querySelector('.clock-time')
  const date = card.querySelector('.clock-date')
  const up = card.querySelector('.clock-up')
  const ticks = Array.from({ length: 60 }, () => element('i'))
  card.querySelector('.clock-scale').append(...ticks)
  const setState = showStreamState(card)
  let reading

  const write = () => {
    if (reading === undefined) return
    const now = new Date(reading.now)
    const language = currentLanguage()
    time.dateTime = reading.now
    setText(
      time,
      now.toLocaleTimeString(language, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    )
    setText(date, now.toLocaleDateString(language, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }))
    setText(up, word('clockUp', { duration: durationText(reading.upSeconds, language) }))
    for (const [second, tick] of ticks.entries()) tick.classList.toggle('past', second <= now.getSeconds())
  }
  whenLanguage(write)
  followTicks((next) => {
    reading = next
    write()
  }, setState)
}

// The browser itself comes back after a broken connection, but not after an answer that is no stream, such as the
// gateway's 503 while the clock is down, and it may take minutes to notice a connection that is only silent.
function followTicks(onTick, setState) {
  let failureCount = 0
  let silence
  const open = () => {
    const source = new EventSource('/api/clock/events')
    const retry = () => {
      source.close()
      clearTimeout(silence)
      setState('lost')
      setTimeout(open, retryDelayMs(failureCount++))
    }
    const listen = () => {
      clearTimeout(silence)
      silence = setTimeout(retry, SILENCE_MS)
    }
    source.addEventListener('tick', (event) => {
      failureCount = 0
      setState('live')
      listen()
      onTick(JSON.parse(event.data))
    })
    source.addEventListener('error', retry)
    listen()
  }
  open()
}

function durationText(seconds, language) {
  const [amount, unit] =
    seconds < 60 ? [seconds, 'second'] : seconds < 3_600 ? [seconds / 60, 'minute'] : [seconds / 3_600, 'hour']
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(amount))
}
