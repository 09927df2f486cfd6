// Questions that must be answered before something irrevocable is done.

export interface Question {
  title: string
  text?: string
  action: string
  danger?: boolean
  /** typed is what has to be typed to go on. */
  typed?: string
  /** option is offered as a box to tick. */
  option?: string
}

export type Answer = false | { option: boolean }

class Ask {
  question = $state.raw<Question | null>(null)
  private answered: ((answer: Answer) => void) | null = null

  /** first asks, and answers false when the reader thinks better of it. */
  first(question: Question): Promise<Answer> {
    this.answered?.(false)
    this.question = question
    return new Promise((resolve) => (this.answered = resolve))
  }

  answer(answer: Answer) {
    this.question = null
    this.answered?.(answer)
    this.answered = null
  }
}

export const ask = new Ask()
