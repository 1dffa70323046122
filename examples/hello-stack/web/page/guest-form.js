import { setText } from './element.js'
import { hasWord, whenLanguage, word } from './language.js'

const IME_KEY_CODE = 229 // Safari ends a composition before its Enter arrives, and tells so only by this code

/** The form of the guestbook. @param onSigned is given the entry as the guestbook stored it */
export function startGuestForm(form, onSigned) {
  const { name, message } = form.elements
  const say = showOutcome(form)
  form.addEventListener('input', (event) => {
    event.target.removeAttribute('aria-invalid')
    say('')
  })
  form.addEventListener('keydown', signByEnter)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const blank = [name, message].find((field) => field.value.trim() === '')
    if (blank !== undefined) {
      say('errorBlank')
      blank.setAttribute('aria-invalid', 'true')
      blank.focus()
      return
    }
    const signed = await sign({ name: name.value, message: message.value })
    if (signed.entry !== undefined) {
      message.value = ''
      onSigned(signed.entry)
    }
    say(signed.key, signed.parameters)
  })
}

/** What the form has to say, kept as a key so that it changes with the language. */
function showOutcome(form) {
  const { message } = form.elements
  const left = form.querySelector('.form-left')
  const outcome = form.querySelector('.form-outcome')
  let result = { key: '', parameters: {} }
  const write = () => {
    setText(left, word('guestbookLeft', { count: message.maxLength - message.value.length }))
    setText(outcome, result.key === '' ? '' : word(result.key, result.parameters))
    outcome.dataset.kind = result.key === 'guestbookSigned' ? 'done' : 'error'
  }
  whenLanguage(write)
  return (key, parameters = {}) => {
    result = { key, parameters }
    write()
  }
}

function signByEnter(event) {
  if (event.key !== 'Enter') return
  if (event.isComposing || event.keyCode === IME_KEY_CODE) {
    event.preventDefault() // this Enter ends a composition: it chooses a syllable or a word, and sends nothing
  } else if (event.target.tagName === 'TEXTAREA' && !event.shiftKey) {
    event.preventDefault()
    event.currentTarget.requestSubmit()
  }
}

async function sign(draft) {
  try {
    const answer = await fetch('/api/guestbook', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(draft),
      signal: AbortSignal.timeout(10_000),
    })
    const body = await answer.json()
    if (answer.ok) return { key: 'guestbookSigned', parameters: {}, entry: body }
    if (hasWord(body.code)) return { key: body.code, parameters: {} }
    return answer.status >= 502
      ? { key: 'errorOffline', parameters: {} }
      : { key: 'errorOther', parameters: { code: body.code } }
  } catch (error) {
    console.info('The guestbook could not be reached.', error)
    return { key: 'errorOffline', parameters: {} }
  }
}
