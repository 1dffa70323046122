import { initialsOf } from '../i18n/formats.ts'
import { hashOf } from './flag-design.ts'
import styles from './person-avatar.module.css'

interface PersonAvatarProps {
  readonly name: string
  readonly avatarUrl: string | null
  readonly size?: 'small' | 'usual' | 'large'
}

const TINT_COUNT = 4

/** Beside a name, which says who it is; so the picture itself is silent. */
export function PersonAvatar({ name, avatarUrl, size = 'usual' }: PersonAvatarProps) {
  if (avatarUrl !== null) {
    const pixels = size === 'large' ? 192 : 64
    return <img className={styles.avatar} data-size={size} src={`${avatarUrl}?size=${pixels}`} alt="" loading="lazy" />
  }
  const tint = hashOf(name) % TINT_COUNT
  // Drawn by the style sheet: initials are no text, and would be read as a part of what a button around them does.
  return <span className={styles.avatar} data-size={size} data-tint={tint} data-initials={initialsOf(name)} />
}
