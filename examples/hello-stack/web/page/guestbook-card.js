import { element, setText } from './element.js'
import { startGuestForm } from './guest-form.js'
import { followGuests } from './guest-socket.js'
import { currentLanguage, whenLanguage } from './language.js'
import { showStreamState } from './stream-state.js'

const SHOWN_COUNT = 30
const AGE_EVERY_MS = 30_000
const READ_AGAIN_MS = 2_000

/** The guestbook: read once, then told of every new entry. */
export function startGuestbook(card) {
  const list = card.querySelector('.entries')
  const empty = card.querySelector('.entries-empty')
  const entriesById = new Map()

  const write = () => {
    const newest = [...entriesById.values()].sort((one, other) => other.id - one.id).slice(0, SHOWN_COUNT)
    const shown = new Map([...list.children].map((item) => [Number(item.dataset.id), item]))
    list.replaceChildren(...newest.map((entry) => shown.get(entry.id) ?? itemOf(entry)))
    for (const entry of newest) writeAge(list.querySelector(`[data-id="${entry.id}"] time`), entry)
  }
  const add = (entries, isNew) => {
    for (const entry of entries) {
      if (!entriesById.has(entry.id)) entriesById.set(entry.id, { ...entry, isNew })
    }
    empty.hidden = entriesById.size > 0
    write()
  }
  const read = async () => {
    const answer = await fetch(`/api/guestbook?limit=${SHOWN_COUNT}`)
    if (!answer.ok) throw new Error(`The guestbook answered ${answer.status}.`)
    const { entries } = await answer.json()
    add(entries, false)
  }
  // The socket may be up while the list cannot be read: its database may be on its way.
  const readUntilDone = () =>
    read().catch((error) => {
      console.info('The guestbook could not be read; the page asks again.', error)
      setTimeout(() => void readUntilDone(), READ_AGAIN_MS)
    })
  whenLanguage(write)
  setInterval(write, AGE_EVERY_MS)
  startGuestForm(card.querySelector('form'), (entry) => add([entry], true))
  followGuests({
    onState: showStreamState(card),
    onOpen: readUntilDone,
    onEntry: (entry) => add([entry], true),
  })
}

function itemOf(entry) {
  const name = element('strong', { class: 'entry-name' })
  name.textContent = entry.name
  const message = element('p', { class: 'entry-message' })
  message.textContent = entry.message
  const time = element('time', { datetime: entry.writtenAt })
  return element(
    'li',
    { 'data-id': entry.id, ...(entry.isNew ? { class: 'new' } : {}) },
    element('header', {}, name, time),
    message,
  )
}

function writeAge(time, entry) {
  const language = currentLanguage()
  const seconds = Math.min(0, Math.round((Date.parse(entry.writtenAt) - Date.now()) / 1_000))
  const [amount, unit] =
    seconds > -60
      ? [0, 'second']
      : seconds > -3_600
        ? [seconds / 60, 'minute']
        : seconds > -86_400
          ? [seconds / 3_600, 'hour']
          : [seconds / 86_400, 'day']
  setText(time, new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.ceil(amount), unit))
}
