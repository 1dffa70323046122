import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../../session/me-query.ts'
import { Icon } from '../../ui/icon.tsx'
import styles from './account-layout.module.css'

const PAGES = [
  { page: 'profile', to: '/settings/profile', icon: 'person' },
  { page: 'appearance', to: '/settings/appearance', icon: 'globe' },
  { page: 'security', to: '/settings/security', icon: 'shield' },
  { page: 'sessions', to: '/settings/sessions', icon: 'device' },
  { page: 'tokens', to: '/settings/tokens', icon: 'key' },
  { page: 'removal', to: '/settings/removal', icon: 'download' },
  { page: 'mail', to: '/settings/mail', icon: 'envelope' },
] as const

/** The settings of the account: the pages on one side, on a phone in a strip above. */
export function AccountLayout() {
  const { t } = useTranslation('account')
  const { data: me } = useQuery(meQuery)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const strip = useRef<HTMLElement>(null)
  useEffect(() => {
    // The strip may hide the page's own entry; the path is what brings it there.
    if (path === '') return
    strip.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [path])
  return (
    <div className={styles.layout}>
      <nav ref={strip} className={styles.nav} aria-label={t('nav.label')}>
        <Link to="/" className={styles.back}>
          <Icon name="back" />
          {t('nav.back')}
        </Link>
        <ul className={styles.pages}>
          {PAGES.filter(({ page }) => page !== 'mail' || me?.isOperator === true).map(({ page, to, icon }) => (
            <li key={page}>
              <Link to={to} className={styles.page}>
                <Icon name={icon} />
                {t(`nav.${page}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.content}>
        <Outlet />
      </div>
    </div>
  )
}
