import { encode } from 'uqr'
import styles from './qr-code.module.css'
import { qrPathOf } from './qr-path.ts'

interface QrCodeProps {
  readonly text: string
  readonly label: string
}

/** ISO/IEC 18004 §9.1: four modules of white all around. */
const QUIET_ZONE = 4

export function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  return (
    <svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={qrPathOf(data)} />
    </svg>
  )
}
