import { WORDS } from './words.js'

const STORE_KEY = 'hello-stack.language'
const changes = new EventTarget()
let language = remembered() ?? preferred()

/** The two-letter code of the language that the page speaks now. */
export function currentLanguage() {
  return language
}

/** The text for a key; `{name}` in it is replaced by a parameter. */
export function word(key, parameters = {}) {
  return WORDS[language][key].replaceAll(/\{(\w+)\}/g, (_whole, name) => String(parameters[name]))
}

export function hasWord(key) {
  return Object.hasOwn(WORDS.en, key)
}

export function setLanguage(next) {
  language = next
  try {
    localStorage.setItem(STORE_KEY, next)
  } catch (error) {
    console.info('The language is not remembered: the browser keeps no storage for this page.', error)
  }
  changes.dispatchEvent(new Event('change'))
}

/** Calls back now and after each change, so that a part of the page has one way to write its texts. */
export function whenLanguage(callback) {
  changes.addEventListener('change', callback)
  callback()
}

/** The document's own texts: `data-word` is an element's text, `data-word-label` its accessible name. */
export function translateDocument(parameters) {
  document.documentElement.lang = language
  document.title = word('title')
  for (const element of document.querySelectorAll('[data-word]')) {
    element.textContent = word(element.dataset.word, parameters)
  }
  for (const element of document.querySelectorAll('[data-word-label]')) {
    element.setAttribute('aria-label', word(element.dataset.wordLabel, parameters))
  }
}

function remembered() {
  try {
    const stored = localStorage.getItem(STORE_KEY)
    return stored !== null && Object.hasOwn(WORDS, stored) ? stored : undefined
  } catch {
    return undefined // storage is refused to this page, as some browsers are set: there is nothing to remember
  }
}

function preferred() {
  const first = navigator.language.slice(0, 2)
  return Object.hasOwn(WORDS, first) ? first : 'en'
}
