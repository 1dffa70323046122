import { element, setText } from './element.js'
import { whenLanguage, word } from './language.js'

const ASK_EVERY_MS = 2_000
const WORDS_BY_STATE = { healthy: 'stateHealthy', unhealthy: 'stateUnhealthy', unknown: 'stateUnknown' }

/** The ports behind the page, as the web service sees them now; each also goes into the head of its card. */
export function startPortTable(table) {
  const body = table.tBodies[0]
  const gateway = row({
    service: 'gateway',
    made: '',
    port: location.port || (location.protocol === 'https:' ? 443 : 80),
  })
  gateway.node.classList.add('yours')
  body.append(gateway.node)
  const rowsByService = new Map()
  let services = []

  const write = () => {
    gateway.write({ run: word('portsGateway'), state: 'healthy', text: word('portsYours') })
    for (const seen of services) {
      if (!rowsByService.has(seen.service)) {
        rowsByService.set(seen.service, row(seen))
        body.append(rowsByService.get(seen.service).node)
      }
      rowsByService.get(seen.service).write({ ...seen, text: stateText(seen) })
      writeSounding(seen)
    }
  }
  whenLanguage(write)

  const ask = async () => {
    try {
      const answer = await fetch('/api/stack', { signal: AbortSignal.timeout(5_000) })
      if (!answer.ok) throw new Error(`The web service answered ${answer.status}.`)
      services = (await answer.json()).services
    } catch (error) {
      console.info('The web service did not answer; the page asks again.', error)
      services = services.map((seen) => ({ ...seen, state: 'unknown' })) // what nobody can see is not healthy
    }
    write()
    setTimeout(() => void ask(), ASK_EVERY_MS)
  }
  void ask()
}

function row({ service, made, port }) {
  const run = element('span')
  const portCell = element('td', { class: 'port' }, port === null ? '' : String(port))
  const state = element('td', { class: 'state' })
  const runCell = element('td', {}, run, element('small', {}, made))
  const node = element('tr', {}, element('th', { scope: 'row' }, service), runCell, portCell, state)
  const write = (seen) => {
    setText(run, seen.run)
    if (typeof seen.port === 'number') setText(portCell, String(seen.port))
    setText(state, seen.text)
    node.dataset.state = seen.state
  }
  return { node, write }
}

function stateText({ state, missingProgram }) {
  return missingProgram === undefined ? word(WORDS_BY_STATE[state]) : word('stateMissing', { program: missingProgram })
}

function writeSounding({ service, run, made, port, missingProgram }) {
  const head = document.querySelector(`[data-service="${service}"]`)
  if (head === null) return
  setText(head.querySelector('.sounding'), port === null ? '' : String(port))
  setText(head.querySelector('.made'), `${run} · ${made}`)
  const note = head.querySelector('.missing')
  if (note === null) return
  note.hidden = missingProgram === undefined
  setText(note, note.hidden ? '' : word('programMissing', { program: missingProgram, made }))
}
