import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Formats } from '../i18n/formats.ts'
import { profileQuery } from './profile-query.ts'
import { hasSessionHint } from './session-hint.ts'

/** The language of the page and the time zone that the person has chosen. */
export function useFormats(): Formats {
  const { i18n } = useTranslation()
  const { data } = useQuery({ ...profileQuery, enabled: hasSessionHint() })
  return { locale: i18n.language, timeZone: data?.timeZone ?? undefined }
}
