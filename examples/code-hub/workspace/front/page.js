import { HEADING } from './words.js'

// The back end is the same workspace on another port: another host, which is asked with this browser's own sign-in.
const back = location.host.replace(/^\d+/, '8000')
const show = (id, text) => (document.getElementById(id).textContent = text)
const ask = async (path, options) =>
  (await fetch(`${location.protocol}//${back}${path}`, { credentials: 'include', ...options })).json()

show('heading', HEADING)
ask('/').then(({ workspace }) => show('json', workspace), report('json'))
ask('/notes', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ note: 'Hello' }),
}).then((notes) => show('notes', `${notes.length} notes`), report('notes'))

const events = new EventSource(`${location.protocol}//${back}/events`, { withCredentials: true })
events.onmessage = ({ data }) => show('events', data)

const socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${back}/`)
socket.onopen = () => socket.send('hello')
socket.onmessage = ({ data }) => show('socket', data)

function report(id) {
  return (error) => show(id, String(error))
}

// An edit of the words changes the page where it stands.
import.meta.hot?.accept('./words.js', (words) => show('heading', words.HEADING))
