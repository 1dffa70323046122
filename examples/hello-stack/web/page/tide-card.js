import { setText } from './element.js'
import { currentLanguage, whenLanguage, word } from './language.js'
import { showStreamState } from './stream-state.js'
import { drawTide } from './tide-chart.js'

const ASK_EVERY_MS = 30_000
const ASK_AGAIN_MS = 2_000

/** The tide, asked again and again: not everything has to be a stream. */
export function startTide(card) {
  const chart = card.querySelector('.tide-chart')
  const setState = showStreamState(card)
  let reading

  const write = () => {
    if (reading === undefined) return
    const { height, direction, turns } = textsOf(reading)
    setText(card.querySelector('.tide-height'), height)
    setText(card.querySelector('.tide-direction'), direction)
    setText(card.querySelector('.tide-turns'), turns)
    drawTide(chart, reading, chart.clientWidth)
    chart.setAttribute('aria-label', word('tidesChart', { height, direction, turns }))
  }
  whenLanguage(write)
  new ResizeObserver(write).observe(chart)

  const ask = async () => {
    try {
      const answer = await fetch('/api/tides', { signal: AbortSignal.timeout(5_000) })
      if (!answer.ok) throw new Error(`The tides answered ${answer.status}.`)
      reading = await answer.json()
      setState('live')
      write()
      setTimeout(() => void ask(), ASK_EVERY_MS)
    } catch (error) {
      console.info('The tides did not answer; the page asks again.', error)
      setState('lost')
      setTimeout(() => void ask(), ASK_AGAIN_MS)
    }
  }
  void ask()
}

function textsOf({ heightM, isRising, turns }) {
  const language = currentLanguage()
  const metres = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const turnText = ({ kind, at, heightM: turnM }) =>
    word('tidesTurn', {
      kind: word(kind === 'high' ? 'tidesHigh' : 'tidesLow'),
      time: new Date(at).toLocaleTimeString(language, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit' }),
      height: metres.format(turnM),
    })
  return {
    height: metres.format(heightM),
    direction: word(isRising ? 'tidesRising' : 'tidesFalling'),
    turns: turns.map(turnText).join(' · '),
  }
}
