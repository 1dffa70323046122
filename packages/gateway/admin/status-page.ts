import type { Language } from '../accept.ts'
import type { GatewayStatus } from '../figures/trend.ts'
import { contentDigest, escapeHtml } from '../html.ts'
import type { TargetState } from '../upstreams/upstream-state.ts'
import { STATUS_SCRIPT, STATUS_STYLE } from './status-assets.ts'
import { STATUS_WORDS, type StatusWords } from './status-words.ts'

/** Nothing is loaded from anywhere, and only our own style and script may run. */
export const STATUS_SECURITY_POLICY =
  `default-src 'none'; style-src '${contentDigest(STATUS_STYLE)}'; script-src '${contentDigest(STATUS_SCRIPT)}'; connect-src 'self'; ` +
  `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** How a gateway does, as one page that keeps itself up to date: light and dark, as narrow as a phone. */
export function renderStatus(status: GatewayStatus, language: Language): string {
  const words = STATUS_WORDS[language]
  const title = escapeHtml(words.title(status.stack))
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${STATUS_STYLE}</style>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header><h1>${title}</h1><a lang="${words.other.language}" hreflang="${words.other.language}" href="?lang=${words.other.language}">${words.other.name}</a></header>
<p class="stale" role="alert" hidden>${escapeHtml(words.stale)}</p>
<main id="live">${renderLive(status, language)}</main>
<script>${STATUS_SCRIPT}</script>
</body>
</html>
`
}

interface Said {
  readonly words: StatusWords
  /** A number as people of the language write it. */
  readonly figure: (value: number) => string
}

function renderLive(status: GatewayStatus, language: Language): string {
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 3, notation: 'compact' })
  const said: Said = { words: STATUS_WORDS[language], figure: (value) => format.format(value) }
  return [
    renderState(status, said),
    renderTiles(status, said),
    renderRoutes(status, said),
    renderTargets(status, said),
    renderRefusals(status, said),
    renderFoot(status, said),
  ].join('\n')
}

function renderState({ sheddingRatio, routes }: GatewayStatus, { words, figure }: Said): string {
  if (sheddingRatio > 0) return state('fails', words.state.shedding(`${figure(sheddingRatio * 100)} %`))
  const failing = routes.some(({ failuresRecently }) => failuresRecently > 0)
  return failing ? state('warns', words.state.failing) : state('works', words.state.well)
}

function state(kind: 'works' | 'warns' | 'fails', words: string): string {
  const sign = kind === 'works' ? '✓' : kind === 'warns' ? '!' : '✕'
  return `<p class="state ${kind}" role="status"><span class="sign" aria-hidden="true">${sign}</span>${escapeHtml(words)}</p>`
}

function renderTiles(status: GatewayStatus, { words, figure }: Said): string {
  const { requestsPerSecond, medianMs, p99Ms, requestCount, waitingCount, connectionCount } = status
  const tiles: readonly (readonly [string, string, string])[] = [
    [words.rate, figure(requestsPerSecond), ''],
    [words.median, duration(medianMs, figure), ''],
    [words.slowest, duration(p99Ms, figure), ''],
    [words.open, figure(requestCount), words.waiting(figure(waitingCount))],
    [words.connections, figure(connectionCount), words.lasting(figure(status.streamCount), figure(status.tunnelCount))],
    [words.processor, `${figure(status.processorRatio * 100)} %`, words.workers(status.workerCount)],
    [words.memory, `${figure(status.memoryBytes / 1e6)} MB`, words.lag(duration(status.lagMs, figure))],
  ]
  const items = tiles.map(
    ([label, value, note]) =>
      `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${note === '' ? '' : `<small>${escapeHtml(note)}</small>`}</dd></div>`,
  )
  return `<dl class="tiles">${items.join('')}</dl>`
}

function renderRoutes({ routes }: GatewayStatus, { words, figure }: Said): string {
  const { columns } = words
  const rows = routes.map((route) => [
    route.path.startsWith('/') ? route.path : (words.kinds[route.path] ?? route.path),
    figure(route.requestsPerSecond),
    duration(route.medianMs, figure),
    duration(route.p99Ms, figure),
    figure(route.requestCount),
    figure(route.failuresRecently),
  ])
  const header = [columns.route, words.rate, words.median, words.slowest, columns.total, columns.failures]
  return table({ title: words.routes, header, rows, none: words.none.routes })
}

function renderTargets({ upstreams }: GatewayStatus, { words, figure }: Said): string {
  const { columns } = words
  const rows = upstreams.flatMap(({ name, active, isHolding, targets }) =>
    targets.map((target) => [
      [name === target.address ? '' : name, target.half ?? '', target.version ?? '', target.address]
        .filter(Boolean)
        .join(' '),
      targetState(target, { isActive: active === undefined || active === target.half, isHolding, words }),
      figure(target.usedCount),
      figure(target.keptCount),
      figure(target.requestCount),
      figure(target.failureCount),
    ]),
  )
  const header = [columns.target, columns.state, columns.used, columns.kept, columns.requests, columns.unanswered]
  return table({ title: words.targets, header, rows, none: words.none.targets })
}

interface TargetFacts {
  readonly isActive: boolean
  readonly isHolding: boolean
  readonly words: StatusWords
}

function targetState(
  { circuit, isHealthy, requestCount, failureCount }: TargetState,
  { isActive, isHolding, words }: TargetFacts,
): string {
  if (isHolding && isActive) return words.target.held
  if (isHealthy === false) return words.target.unhealthy
  if (circuit !== 'closed') return words.target.open
  if (requestCount > 0 && failureCount === requestCount) return words.target.silent
  return isActive ? words.target.works : words.target.idle
}

function renderRefusals({ refusals }: GatewayStatus, { words, figure }: Said): string {
  const rows = refusals.map(({ code, count, recently }) => [code, figure(recently), figure(count)])
  const header = [words.columns.reason, words.columns.recently, words.columns.total]
  return table({ title: words.refusals, header, rows, none: words.none.refusals })
}

interface Table {
  readonly title: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly none: string
}

function table({ title, header, rows, none }: Table): string {
  const heading = `<h2>${escapeHtml(title)}</h2>`
  if (rows.length === 0) return `<section>${heading}<p>${escapeHtml(none)}</p></section>`
  const head = header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')
  const body = rows.map(
    ([first = '', ...rest]) =>
      `<tr><th scope="row">${escapeHtml(first)}</th>${rest.map((cell, index) => `<td data-label="${escapeHtml(header[index + 1] ?? '')}">${escapeHtml(cell)}</td>`).join('')}</tr>`,
  )
  return `<section>${heading}<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></section>`
}

function renderFoot(status: GatewayStatus, { words, figure }: Said): string {
  const [version = '', ...others] = status.configurationVersions
  const lines = [
    words.window(figure(status.windowSeconds)),
    others.length === 0 ? words.configuration(version, words.ages(status.configurationAgeSeconds)) : words.mixed,
    words.uptime(words.ages(status.uptimeSeconds)),
  ]
  return `<footer>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</footer>`
}

function duration(ms: number | undefined, figure: Said['figure']): string {
  if (ms === undefined) return '–'
  return ms < 1_000 ? `${figure(ms)} ms` : `${figure(ms / 1_000)} s`
}
