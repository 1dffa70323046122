// The theme that was chosen in weAlist itself, else that of the system; Swagger UI goes by a class.
const dark = matchMedia('(prefers-color-scheme: dark)')

function followTheme() {
  let chosen = 'auto'
  try {
    chosen = localStorage.getItem('wealist.color-scheme') ?? 'auto'
  } catch (error) {
    console.info('The theme of the system is used: the browser keeps no storage for this page.', error)
  }
  const isDark = chosen === 'dark' || (chosen !== 'light' && dark.matches)
  document.documentElement.classList.toggle('dark-mode', isDark)
}

/** What Swagger UI gives no name, or the wrong rank, for who does not see the page. */
const ATTRIBUTES = [
  ['.information-container > section', { 'aria-label': 'About the API' }],
  ['.scheme-container > section', { 'aria-label': 'Tokens' }],
  ['section.models', { 'aria-label': 'Schemas' }],
  ['h3.opblock-tag, .models > h4', { 'aria-level': '2' }],
  ['.opblock-title, .opblock-section-header h4', { 'aria-level': '3' }],
  ['.responses-inner h4, .responses-inner h5', { 'aria-level': '4' }],
  ['.examples-select-element', { 'aria-label': 'Example' }],
  ['.body-param__text, .body-param__example', { 'aria-label': 'Body' }],
  ['.microlight, .curl', { tabindex: '0' }],
]

function completeAttributes() {
  for (const [selector, attributes] of ATTRIBUTES) {
    for (const element of document.querySelectorAll(selector)) complete(element, attributes)
  }
}

function complete(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
}

function OurWords() {
  return {
    wrapComponents: {
      // A link within a button is neither; the address follows what is opened all the same.
      DeepLink:
        (_Original, { React }) =>
        ({ text }) =>
          React.createElement('span', null, text),
    },
    statePlugins: {
      auth: {
        wrapSelectors: {
          // No page may set this cookie: signing in does.
          definitionsToAuthorize:
            (list) =>
            (...args) =>
              list(...args)?.filter((entry) => entry.first().get('in') !== 'cookie'),
        },
      },
    },
  }
}

followTheme()
dark.addEventListener('change', followTheme)

document.addEventListener('DOMContentLoaded', () => {
  new MutationObserver(completeAttributes).observe(document.body, { childList: true, subtree: true })
  SwaggerUIBundle({
    url: '/api/docs/openapi.json',
    dom_id: '#api',
    plugins: [OurWords],
    validatorUrl: null, // else every document is sent to a third party
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 3,
    displayRequestDuration: true,
    persistAuthorization: false, // a token is gone with the page
  })
})
