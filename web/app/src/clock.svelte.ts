// The time of day, for words such as "today" that grow old.

class Clock {
  now = $state(new Date())
  constructor() {
    setInterval(() => (this.now = new Date()), 30_000)
  }
}

export const clock = new Clock()
