import { expect, test } from 'vitest'
import {
  dayOf,
  formatAgo,
  formatCount,
  formatDate,
  formatDateTime,
  formatMegabytes,
  formatTime,
  formatWait,
  initialsOf,
  nameOrder,
} from './formats.ts'

const SEOUL = { locale: 'ko', timeZone: 'Asia/Seoul' } as const
const NEW_YORK = { locale: 'en', timeZone: 'America/New_York' } as const
const TIME = '2026-11-21T00:30:00.000Z'

/** Languages put narrow spaces where nobody sees a difference. */
function plain(text: string): string {
  return text.replaceAll(/\s/gu, ' ')
}

test('a time is written as the language does, in the time zone of its reader', () => {
  expect(formatDate(SEOUL, TIME)).toBe('2026년 11월 21일')
  expect(formatDate(NEW_YORK, TIME)).toBe('November 20, 2026')
  expect(plain(formatDateTime(SEOUL, TIME))).toBe('2026. 11. 21. 오전 9:30')
  expect(plain(formatDateTime(NEW_YORK, TIME))).toBe('Nov 20, 2026, 7:30 PM')
  expect(plain(formatTime(NEW_YORK, TIME))).toBe('7:30 PM')
})

test('the day is that of the time zone', () => {
  expect(dayOf(SEOUL, TIME)).toBe(20261121)
  expect(dayOf(NEW_YORK, TIME)).toBe(20261120)
})

test.for([
  [0, 'now', '지금'],
  [-59, 'now', '지금'],
  [-60, '1 minute ago', '1분 전'],
  [-3_599, '59 minutes ago', '59분 전'],
  [-7_200, '2 hours ago', '2시간 전'],
  [-86_400, 'yesterday', '어제'],
  [-2_592_000, 'last month', '지난달'],
  [7_200, 'in 2 hours', '2시간 후'],
] as const)('%i seconds from now is "%s" and "%s"', ([seconds, english, korean]) => {
  const now = new Date(TIME)
  const time = new Date(now.getTime() + seconds * 1000).toISOString()
  expect(formatAgo(NEW_YORK, time, now)).toBe(english)
  expect(formatAgo(SEOUL, time, now)).toBe(korean)
})

test('a wait is told in seconds, and from a minute and a half on in whole minutes', () => {
  expect(formatWait('en', 1)).toBe('1 second')
  expect(formatWait('en', 89)).toBe('89 seconds')
  expect(formatWait('en', 90)).toBe('2 minutes')
  expect(formatWait('ko', 121)).toBe('3분')
})

test('sizes and counts have the separators of the language', () => {
  expect(formatMegabytes('en', 10 * 1_048_576)).toBe('10 MB')
  expect(formatMegabytes('ko', 1_572_864)).toBe('1.5MB')
  expect(formatCount('en', 12_345)).toBe('12,345')
})

test.for([
  ['김민아', '민아'],
  ['남궁 민수', '민수'],
  ['강산', '강산'],
  ['별', '별'],
  ['Mina Kim', 'MK'],
  ['ada', 'A'],
  ['Bartholomew van der Berg', 'BB'],
  ['  spaced   out  ', 'SO'],
  ['𝒳 Æ', '𝒳Æ'],
  ['', ''],
] as const)('"%s" is drawn as "%s"', ([name, initials]) => {
  expect(initialsOf(name)).toBe(initials)
})

test('names stand in the order of the language', () => {
  expect(['나래', 'Åsa', 'Zoe', '가람', 'adam'].toSorted(nameOrder('ko'))).toEqual([
    '가람',
    '나래',
    'adam',
    'Åsa',
    'Zoe',
  ])
  expect(['나래', 'Åsa', 'Zoe', '가람', 'adam'].toSorted(nameOrder('en'))).toEqual([
    'adam',
    'Åsa',
    'Zoe',
    '가람',
    '나래',
  ])
})
