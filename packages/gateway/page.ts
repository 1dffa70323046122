import type { Language } from './accept.ts'
import { contentDigest, escapeHtml } from './html.ts'
import { SCRIPT, STYLE } from './page-assets.ts'
import { isWaitingKind, type PageKind, WORDS, type Words } from './words.ts'

export interface PageFacts {
  readonly kind: PageKind
  readonly language: Language
  readonly code: string
  readonly requestId: string
  readonly service: string | undefined
  readonly path: string | undefined
  /** The host that was asked for, where that is what is wrong. */
  readonly host?: string | undefined
  /** How such an address is written. */
  readonly example?: string | undefined
  /** Whether the page may ask again by itself: only when the request was a GET. */
  readonly isRepeatable: boolean
}

/** Nothing is loaded from anywhere, and only our own style and script may run. */
export const PAGE_SECURITY_POLICY =
  `default-src 'none'; style-src '${contentDigest(STYLE)}'; script-src '${contentDigest(SCRIPT)}'; connect-src 'self'; ` +
  `base-uri 'none'; form-action 'none'`

/** The page that a person sees instead of the answer: one file, light and dark, as narrow as a phone. */
export function renderPage(facts: PageFacts): string {
  const words = WORDS[facts.language]
  const { heading, explanation } = words.pages[facts.kind]
  const title = escapeHtml(heading(facts.service ?? facts.path ?? facts.host ?? ''))
  const retries = isWaitingKind(facts.kind) && facts.isRepeatable
  return `<!doctype html>
<html lang="${facts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${STYLE}</style>
${retries ? '<noscript><meta http-equiv="refresh" content="5"></noscript>' : ''}
</head>
<body>
<main>
${isWaitingKind(facts.kind) ? renderChain(facts, words) : ''}
<h1>${title}</h1>
<p>${escapeHtml(explanation)}</p>
${renderOutlook(facts, { words, retries })}
${renderDetails(facts, words)}
</main>
${retries ? `<script>${SCRIPT}</script>` : ''}
</body>
</html>
`
}

function renderChain({ kind, service }: PageFacts, { chain, labels }: Words): string {
  const stations = [
    { name: chain.browser, works: true },
    { name: chain.gateway, works: kind !== 'closing' && kind !== 'busy' },
    ...(service === undefined ? [] : [{ name: service, works: false }]),
  ]
  const items = stations.map(({ name, works }) => {
    const state = works ? chain.works : kind === 'busy' ? chain.refuses : chain.fails
    return `<li class="${works ? 'works' : 'fails'}"><span class="sign" aria-hidden="true">${works ? '✓' : '✕'}</span> <b>${escapeHtml(name)}</b> <small>${escapeHtml(state)}</small></li>`
  })
  return `<ol class="chain" aria-label="${escapeHtml(labels.stations)}">${items.join('')}</ol>`
}

const LEADS_HOME: ReadonlySet<PageKind> = new Set<PageKind>(['lost', 'unfinished'])

function renderOutlook(
  { kind, path, isRepeatable }: PageFacts,
  { words, retries }: { words: Words; retries: boolean },
): string {
  // A link to the start page leads in a circle when that is what is missing or refused.
  if (!isWaitingKind(kind) && (path === '/' || !LEADS_HOME.has(kind))) return ''
  if (!isWaitingKind(kind)) return `<p class="outlook"><a class="button" href="/">${escapeHtml(words.home)}</a></p>`
  if (!isRepeatable) return `<p class="outlook" role="status">${escapeHtml(words.notRepeated)}</p>`
  const dots = retries ? '<span class="pulse" aria-hidden="true"></span>' : ''
  return `<div class="outlook"><p role="status" data-back="${escapeHtml(words.back)}">${dots}${escapeHtml(words.retrying)}</p>
<a class="button" href="">${escapeHtml(words.tryNow)}</a></div>`
}

function renderDetails({ code, requestId, service, path, host, example }: PageFacts, { labels }: Words): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    [labels.service, service],
    [labels.path, path],
    [labels.host, host],
    [labels.example, example],
    [labels.reason, code],
    [labels.requestId, requestId],
  ]
  const items = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`],
  )
  return `<dl>${items.join('')}</dl>`
}
