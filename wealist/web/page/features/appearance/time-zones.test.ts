import { expect, test } from 'vitest'
import { timeZonesIn } from './time-zones.ts'

test('a time zone is named in the language of the page', () => {
  const labelIn = (locale: string) => timeZonesIn(locale, null).find(({ value }) => value === 'Asia/Seoul')?.label
  expect(labelIn('en')).toMatch(/^Asia\/Seoul \(Korean .+\)$/)
  expect(labelIn('ko')).toMatch(/^Asia\/Seoul \(.*한.*국 .+\)$/)
})

test('a time zone that this browser does not know stays what was chosen', () => {
  expect(timeZonesIn('en', 'Mars/Olympus_Mons')).toContainEqual({
    value: 'Mars/Olympus_Mons',
    label: 'Mars/Olympus Mons',
  })
  expect(timeZonesIn('en', 'Asia/Seoul').filter(({ value }) => value === 'Asia/Seoul')).toHaveLength(1)
})
