// What the app says aloud, and the notes that appear for a while.

interface Note {
  id: number
  text: string
  bad: boolean
}

class Say {
  /** aloud is for screen readers only. */
  aloud = $state('')
  notes = $state.raw<Note[]>([])
  private count = 0

  /** quietly has a screen reader say something when it has time. */
  quietly(text: string) {
    // The same words twice are two announcements.
    this.aloud = text === this.aloud ? text + '\u00a0' : text
  }

  note(text: string, bad = false) {
    const id = ++this.count
    this.notes = [...this.notes.slice(-2), { id, text, bad }]
    setTimeout(() => this.dismiss(id), bad ? 9000 : 4000)
  }

  dismiss(id: number) {
    this.notes = this.notes.filter((n) => n.id !== id)
  }
}

export const say = new Say()
