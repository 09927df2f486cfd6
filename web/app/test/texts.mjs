// A mailbox of many texts, the same each time.

const minute = 60_000
const address = (name, number) => `"${name}" [MOBILE:${number}]`

export const ada = address('Ada Lovelace', '+15550101000')
export const mallory = address('<b>Mallory</b>', '+15550101666')

const sentences = [
  'Are we still on for lunch?',
  'Yes! Half past twelve at the usual place.',
  'Running five minutes late, sorry',
  'No worries 😊',
  'Could you bring the book that I lent you? The green one about mountains; I promised Grace she could have it next.',
  'Of course.',
  'The ferry leaves at a quarter past nine, see you on the upper deck.',
]

export const hostile = [
  '<script>document.title="owned"</script><img src="https://elsewhere.example/x" onerror="alert(1)">',
  '\u202ebackwards \u2066 and never closed',
  '👨‍👩‍👧‍👦🏳️‍🌈👩🏽‍🚒',
  'a'.repeat(2000).slice(0, 1400),
  'Many words. '.repeat(900),
  'Go to https://www.gооgle.com/maps (or https://bank.example@evil.example/login), not javascript:alert(1)',
  'Z' + '\u0335\u0322\u0321\u033a\u0332\u0317'.repeat(60) + 'algo',
  'שלום עולם! 5$',
  'one\ntwo\n\n\nfive',
]

/** many makes n texts: a third in one long conversation, the others in 500. */
export function many(n, now = Date.now()) {
  const texts = []
  const middle = 3 * Math.floor(n / 6) // in the long one
  for (let i = 0; i < n; i++) {
    const long = i % 3 === 0
    const k = i % 500
    texts.push({
      peers: long ? ada : address(`Pat ${k}`, '+1425555' + String(k).padStart(4, '0')),
      out: i % 2 === 1,
      body: `${sentences[i % sentences.length]} #${i}` + (i === middle ? ' Bring the zanzibar umbrella!' : ''),
      date: new Date(now - 120 * minute - i * 3 * minute),
      read: true,
    })
  }
  hostile.forEach((body, i) => texts.push({ peers: mallory, out: i % 2 === 1, body, date: new Date(now - 60 * minute + i * minute), read: true }))
  texts.push({ peers: ada, body: 'This one is new.', date: new Date(now - 10 * minute), read: false })
  return texts
}
