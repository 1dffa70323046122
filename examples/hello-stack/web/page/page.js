import { startClock } from './clock-card.js'
import { startGuestbook } from './guestbook-card.js'
import { currentLanguage, setLanguage, translateDocument, whenLanguage } from './language.js'
import { startPortTable } from './port-table.js'
import { startTide } from './tide-card.js'

const languageButtons = document.querySelectorAll('[data-language]')
for (const button of languageButtons) button.addEventListener('click', () => setLanguage(button.dataset.language))
whenLanguage(() => {
  translateDocument({ origin: location.host, file: 'examples/hello-stack/portolan.yaml' })
  for (const button of languageButtons)
    button.setAttribute('aria-pressed', String(button.dataset.language === currentLanguage()))
})

startClock(document.getElementById('clock'))
startTide(document.getElementById('tides'))
startGuestbook(document.getElementById('guestbook'))
startPortTable(document.getElementById('port-table'))
