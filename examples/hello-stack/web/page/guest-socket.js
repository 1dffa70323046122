import { retryDelayMs } from './stream-state.js'

const PATH = '/ws/guestbook'
const VERSION = 1

/**
 * Follows the guestbook's WebSocket, and comes back when it breaks.
 * @param onOpen what was written while nobody listened has to be read again
 */
export function followGuests({ onOpen, onEntry, onState }) {
  let failureCount = 0
  const open = () => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${PATH}`)
    socket.addEventListener('message', (event) => {
      const message = JSON.parse(event.data)
      if (message.type === 'hello' && message.version === VERSION) {
        failureCount = 0
        onState('live')
        onOpen()
      } else if (message.type === 'entry') {
        onEntry(message.entry)
      } else {
        // The page is older or newer than the service: only a reload helps.
        console.error('The guestbook speaks another protocol than this page.', message)
        socket.close()
      }
    })
    socket.addEventListener('close', () => {
      onState('lost')
      setTimeout(open, retryDelayMs(failureCount++))
    })
  }
  open()
}
