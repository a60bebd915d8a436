/** Lets those who wait go one at a time, in a drawn order. */
export class Turns {
  private readonly choices: readonly number[];
  private readonly waiting: (() => void)[] = [];

  constructor(choices: readonly number[]) {
    this.choices = choices;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  async take(handled: readonly Promise<void>[]): Promise<void> {
    let open = handled.length;
    const all = Promise.all(handled.map((each) => each.finally(() => (open -= 1))));
    // Who throws ends it; until then it is nobody's rejection.
    all.catch(() => {});
    for (let count = 0; ; count += 1) {
      await new Promise(setImmediate);
      if (open === 0) break;
      const choice = this.choices[count % Math.max(1, this.choices.length)] ?? 0;
      const [next] = this.waiting.splice(choice % Math.max(1, this.waiting.length), 1);
      if (next === undefined) throw new Error('everybody waits, and nobody for a turn');
      next();
    }
    await all;
  }
}
