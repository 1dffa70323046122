import type { Column, Figures, Part } from './measures/figures.ts'

/** The best of the rounds, in each column by itself. */
export function bestOf(figures: readonly Figures[], part: Part, proxy: string): ReadonlyMap<string, number> {
  const own = figures.filter((each) => each.part === part.name && each.proxy === proxy)
  const best = new Map<string, number>()
  for (const { key, best: which } of part.columns) {
    const values = own.map(({ values }) => values[key]).filter((value) => value !== undefined)
    if (values.length > 0) best.set(key, which === 'highest' ? Math.max(...values) : Math.min(...values))
  }
  return best
}

/** One table for a part. */
export function partTable(part: Part, figures: readonly Figures[], proxies: readonly string[]): string {
  const lines = [
    `| ${part.title} | ${part.columns.map(({ title }) => title).join(' | ')} |`,
    `|---|${part.columns.map(() => '---:|').join('')}`,
  ]
  for (const proxy of proxies) {
    const best = bestOf(figures, part, proxy)
    if (best.size === 0) continue
    lines.push(`| ${proxy} | ${part.columns.map((column) => cell(column, best.get(column.key))).join(' | ')} |`)
  }
  return lines.join('\n')
}

function cell({ digits }: Column, value: number | undefined): string {
  if (value === undefined) return '–'
  if (!Number.isFinite(value)) return 'never'
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
