import styles from './chart-scene.module.css'
import { CONTOURS, LAND, SHALLOW, SHOAL, SOUNDINGS } from './chart-waters.ts'

const COURSE = 'M-20 520 150 455 262 268 404 190 580 120'
const WAYPOINTS = [
  [150, 455],
  [262, 268],
  [404, 190],
] as const

/** A sea chart that fills its box. Only an ornament. */
export function ChartScene() {
  return (
    <svg className={styles.chart} viewBox="0 0 560 720" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path className={styles.shallow} d={SHALLOW} />
      <path className={styles.shoal} d={SHOAL} />
      <path className={styles.land} d={LAND} />
      <path className={styles.contour} d={CONTOURS} />
      <g className={styles.sounding}>
        {SOUNDINGS.map(([x, y, metres]) => (
          <text key={`${x} ${y}`} x={x} y={y}>
            {metres}
          </text>
        ))}
      </g>
      <path className={styles.course} d={COURSE} />
      {WAYPOINTS.map(([x, y]) => (
        <circle key={x} className={styles.waypoint} cx={x} cy={y} r="4.5" />
      ))}
      <g className={styles.rose} transform="translate(452 352)">
        <circle r="58" />
        <circle r="53" strokeDasharray="0.7 8.55" strokeWidth="5" />
        <path d="M0-50 7-7 50 0 7 7 0 50-7 7-50 0-7-7Z" />
        <path className={styles.filled} d="M0-50 7-7 0 0ZM50 0 7 7 0 0ZM0 50-7 7 0 0ZM-50 0-7-7 0 0Z" />
      </g>
    </svg>
  )
}
