import { Link } from '@tanstack/react-router'
import { Wordmark } from '../ui/wordmark.tsx'
import styles from './start-link.module.css'

/** The product's name, which leads to its start page. */
export function StartLink() {
  return (
    <Link to="/" className={styles.link} preload={false}>
      <Wordmark />
    </Link>
  )
}
