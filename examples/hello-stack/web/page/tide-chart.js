import { svgElement } from './element.js'
import { currentLanguage, word } from './language.js'

const HEIGHT = 230
const INSET = { top: 26, right: 12, bottom: 24, left: 30 }
const HOUR_MS = 3_600_000

/** Draws the curve of a day in pixels of the given width, so that its texts stay readable on a phone. */
export function drawTide(svg, reading, width) {
  if (width === 0) return
  const points = reading.curve.map(({ at, heightM }) => ({ time: Date.parse(at), heightM }))
  const first = points[0].time
  const last = points.at(-1).time
  const top = Math.ceil(Math.max(...points.map((point) => point.heightM)))
  const bottom = Math.min(0, Math.floor(Math.min(...points.map((point) => point.heightM))))
  const scale = {
    width,
    x: (time) => INSET.left + ((time - first) / (last - first)) * (width - INSET.left - INSET.right),
    y: (heightM) => INSET.top + ((top - heightM) / (top - bottom)) * (HEIGHT - INSET.top - INSET.bottom),
  }
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`)
  const curve = points.map(({ time, heightM }) => `${scale.x(time).toFixed(1)},${scale.y(heightM).toFixed(1)}`)
  const floor = scale.y(bottom)
  const sea = [`${scale.x(first)},${floor}`, ...curve, `${scale.x(last)},${floor}`]
  svg.replaceChildren(
    svgElement('polygon', { class: 'sea', points: sea.join(' ') }),
    ...metreLines(scale, bottom, top),
    ...hourMarks(scale, first, last),
    svgElement('polyline', { class: 'surface', points: curve.join(' ') }),
    ...turnMarks(scale, reading.turns),
    ...nowMark(scale, Date.parse(reading.at), reading.heightM),
  )
}

function metreLines(scale, bottom, top) {
  return Array.from({ length: top - bottom + 1 }, (_one, index) => bottom + index).flatMap((metres) => [
    svgElement('line', {
      class: 'grid',
      x1: INSET.left,
      x2: scale.width - INSET.right,
      y1: scale.y(metres),
      y2: scale.y(metres),
    }),
    text('metre', { x: INSET.left - 8, y: scale.y(metres) + 4 }, String(metres)),
  ])
}

function hourMarks(scale, first, last) {
  const everyHours = scale.width < 480 ? 6 : 3
  const marks = []
  for (let time = Math.ceil(first / HOUR_MS) * HOUR_MS; time <= last; time += HOUR_MS) {
    const hour = new Date(time).getHours()
    if (hour % everyHours !== 0) continue
    const label = new Date(time).toLocaleTimeString(currentLanguage(), {
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
    })
    marks.push(
      svgElement('line', {
        class: 'grid tick',
        x1: scale.x(time),
        x2: scale.x(time),
        y1: HEIGHT - INSET.bottom,
        y2: HEIGHT - INSET.bottom + 5,
      }),
    )
    marks.push(text('hour', { x: scale.x(time), y: HEIGHT - 5 }, label))
  }
  return marks
}

function turnMarks(scale, turns) {
  return turns.map(({ kind, at, heightM }) => {
    const x = Math.min(Math.max(scale.x(Date.parse(at)), INSET.left + 24), scale.width - INSET.right - 24)
    const y = scale.y(heightM) + (kind === 'high' ? -9 : 18)
    return text('turn', { x: x, y: y }, heightM.toFixed(1))
  })
}

function nowMark(scale, time, heightM) {
  const x = scale.x(time)
  return [
    svgElement('line', { class: 'now-line', x1: x, x2: x, y1: INSET.top - 8, y2: HEIGHT - INSET.bottom }),
    svgElement('circle', { class: 'now-point', cx: x, cy: scale.y(heightM), r: 5 }),
    text('now', { x: x, y: INSET.top - 13 }, word('tidesNow')),
  ]
}

function text(name, { x, y }, content) {
  const node = svgElement('text', { class: name, x, y })
  node.textContent = content
  return node
}
